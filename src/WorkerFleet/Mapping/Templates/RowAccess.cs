using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using HandlebarsDotNet;
using HandlebarsDotNet.Compiler;
using HandlebarsDotNet.Iterators;
using HandlebarsDotNet.MemberAccessors;
using HandlebarsDotNet.ObjectDescriptors;
using HandlebarsDotNet.PathStructure;
using WorkerFleet.Sources;

namespace WorkerFleet.Mapping.Templates;

/// <summary>
/// The only way from a template to values. It answers for every type before the engine's own providers do, so nothing is ever
/// looked up by reflection.
/// </summary>
internal sealed class RowAccess(IReadOnlyList<ValuePath> paths) : IObjectDescriptorProvider, IMemberAccessor
{
    public bool TryGetDescriptor(Type type, [NotNullWhen(true)] out ObjectDescriptor? value)
    {
        IIterator iterator = type == typeof(JsonElement) ? new JsonElementIterator() : new NoItems();
        value = new ObjectDescriptor(type, this, (_, _) => Array.Empty<string>(), _ => iterator);
        return true;
    }

    public bool TryGetValue(object instance, ChainSegment memberName, out object? value)
    {
        var number = ValuePath.NumberOf(memberName.TrimmedValue);
        if (number < 0 || number >= paths.Count)
        {
            value = null;
            return false;
        }

        var path = paths[number];
        value = path.Constant ?? Follow(instance, path);
        if (value is null && !path.IsOptional)
            throw new MissingValueException(path.Text);
        return true;
    }

    private static object? Follow(object? instance, ValuePath path) => instance switch
    {
        SourceRow { Json: null } row when path.Column >= 0 => row.Values[path.Column],
        SourceRow { Json: { } json } => Follow(json, path),
        JsonElement element => Follow(element, path),
        _ => null,
    };

    private static object? Follow(JsonElement element, ValuePath path)
    {
        foreach (var name in path.Names)
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.Object when element.TryGetProperty(name, out var property):
                    element = property;
                    break;
                case JsonValueKind.Array when int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                    && index < element.GetArrayLength():
                    element = element[index];
                    break;
                case JsonValueKind.Array when name == "length":
                    return element.GetArrayLength();
                default:
                    return null;
            }
        }

        return element;
    }

    /// <summary>Text has no items to go through.</summary>
    private sealed class NoItems : IIterator
    {
        public void Iterate(
            in EncodedTextWriter writer, BindingContext context, ChainSegment[] blockParamsVariables, object input,
            TemplateDelegate template, TemplateDelegate ifEmpty)
        {
            using var frame = context.CreateFrame(context.Value);
            ifEmpty(writer, frame);
        }
    }
}
