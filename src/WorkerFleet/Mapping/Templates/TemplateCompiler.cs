using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using HandlebarsDotNet;

namespace WorkerFleet.Mapping.Templates;

/// <summary>Checks and compiles the templates of one mapping.</summary>
internal sealed class TemplateCompiler
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ColumnCatalog _columns;
    private readonly List<ValuePath> _paths = [];
    private readonly IHandlebars _engine;

    public TemplateCompiler(ColumnCatalog columns)
    {
        _columns = columns;
        var configuration = new HandlebarsConfiguration
        {
            // What is rendered goes into JSON strings, whose writer escapes it; HTML is never made.
            NoEscape = true,
            TextEncoder = null,
            FormatProvider = CultureInfo.InvariantCulture,
        };
        configuration.ObjectDescriptorProviders.Add(new RowAccess(_paths));
        configuration.FormatterProviders.Add(new ValueFormatter());
        _engine = Handlebars.Create(configuration);
        _engine.RegisterHelper("json", WriteJson);
    }

    /// <exception cref="TemplateSyntaxException">The template cannot be used.</exception>
    public CompiledTemplate Compile(string template)
    {
        var rewriter = new TemplateRewriter(template, _columns, _paths);
        var rewritten = rewriter.Rewrite();
        try
        {
            using var reader = new StringReader(rewritten);
            return new CompiledTemplate(_engine.Compile(reader), rewriter.UsesWholeRow);
        }
        catch (Exception exception) when (exception is HandlebarsException or InvalidOperationException)
        {
            // The rewriter lets nothing pass that the engine refuses; should it, this is still a message and no crash.
            throw new TemplateSyntaxException(0, $"{exception.Message.ReplaceLineEndings(" ")}");
        }
    }

    private static void WriteJson(EncodedTextWriter output, Context context, Arguments arguments)
    {
        var text = arguments[0] switch
        {
            JsonElement element => element.GetRawText(),
            string value => JsonSerializer.Serialize(value, Readable),
            int number => number.ToString(CultureInfo.InvariantCulture),
            bool boolean => boolean ? "true" : "false",
            UndefinedBindingResult undefined => throw new MissingValueException(undefined.Value),
            _ => "null",
        };
        output.Write(text, encode: false);
    }
}
