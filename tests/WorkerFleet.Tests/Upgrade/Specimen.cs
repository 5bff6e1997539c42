using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using WorkerFleet.Ledger;

namespace WorkerFleet.Tests.Upgrade;

/// <summary>Makes a value of any type of ours with every field set, and to something that is not its default.</summary>
internal sealed class Specimen
{
    /// <summary>The field by which JSON of any form, such as an agent's input, is known in what was recorded.</summary>
    public const string AnyForm = "any form";

    /// <summary>The key by which a map is known, whose keys are no fields.</summary>
    public const string MapKey = "1";

    private static readonly DateTimeOffset Noon = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

    private int _number;

    public static object Of(Type type) => new Specimen().Make(type, type.Name);

    private object Make(Type type, string name)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        _number++;
        return type switch
        {
            _ when type == typeof(string) => $"{name} {_number}",
            _ when type == typeof(Guid) => new Guid(_number, 1, 0x7000, 0x80, 0, 0, 0, 0, 0, 0, 1),
            _ when type == typeof(bool) => true,
            _ when type == typeof(char) => ';',
            _ when type == typeof(int) => _number,
            _ when type == typeof(long) => _number + 5_000_000_000L,
            _ when type == typeof(double) => _number + 0.5,
            _ when type == typeof(decimal) => _number + 0.25m,
            _ when type == typeof(TimeSpan) => TimeSpan.FromMilliseconds(_number * 1_001),
            _ when type == typeof(DateTimeOffset) => Noon.AddMilliseconds(_number * 1_001),
            _ when type == typeof(JsonElement) => JsonElement.Parse($$"""{"{{AnyForm}}":["ü",1.5,null]}"""),
            _ when type == typeof(RowSet) => RowSet.FromBytes([5, 129]),
            _ when type == typeof(byte[]) => new byte[] { 1, 2, 255 },
            { IsEnum: true } => Enum.GetValues(type).Cast<object>().Last(),
            { IsGenericType: true } when type.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>) => Dictionary(type, name),
            { IsGenericType: true } when typeof(IEnumerable).IsAssignableFrom(type) => List(type, name),
            _ => Composite(type),
        };
    }

    private IDictionary Dictionary(Type type, string name)
    {
        var map = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(type.GenericTypeArguments))!;
        var key = Convert.ChangeType(MapKey, type.GenericTypeArguments[0], CultureInfo.InvariantCulture);
        map.Add(key, Make(type.GenericTypeArguments[1], name));
        return map;
    }

    private Array List(Type type, string name)
    {
        var list = Array.CreateInstance(type.GenericTypeArguments[0], 1);
        list.SetValue(Make(type.GenericTypeArguments[0], name), 0);
        return list;
    }

    private object Composite(Type type)
    {
        const BindingFlags all = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        var constructor = type.GetConstructors(all)
            .Where(made => made.GetParameters() is not [var only] || only.ParameterType != type)
            .MaxBy(made => made.GetParameters().Length)
            ?? throw new InvalidOperationException($"{type} cannot be made: teach {nameof(Specimen)} to.");
        var parameters = constructor.GetParameters();
        var value = constructor.Invoke([.. parameters.Select(parameter => Make(parameter.ParameterType, parameter.Name!))]);
        foreach (var property in type.GetProperties().Where(property => property.SetMethod is { IsPublic: true }))
            if (parameters.All(parameter => !property.Name.Equals(parameter.Name, StringComparison.OrdinalIgnoreCase)))
                property.SetValue(value, Make(property.PropertyType, property.Name));
        return value;
    }
}
