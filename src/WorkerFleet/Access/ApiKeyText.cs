using System.Security.Cryptography;
using System.Text;

namespace WorkerFleet.Access;

/// <summary>A key as its holder has it: <c>fleet_{id}_{secret}</c>, both in lower-case hexadecimal.</summary>
/// <param name="Id">48 random bits: public.</param>
/// <param name="Secret">256 random bits.</param>
public sealed record ApiKeyText(string Id, string Secret)
{
    private const string Prefix = "fleet_";
    private const int IdBytes = 6;
    private const int SecretBytes = 32;
    private const int Length = 6 + (2 * IdBytes) + 1 + (2 * SecretBytes);

    /// <summary>What <see cref="ApiKey.SecretHash"/> is to be.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(Secret)));

    public static ApiKeyText Create() => new(
        RandomNumberGenerator.GetHexString(2 * IdBytes, lowercase: true),
        RandomNumberGenerator.GetHexString(2 * SecretBytes, lowercase: true));

    /// <returns>Null when it is no key by its form.</returns>
    public static ApiKeyText? Parse(string? text)
    {
        if (text is not { Length: Length } || !text.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        var id = text.Substring(Prefix.Length, 2 * IdBytes);
        var secret = text[^(2 * SecretBytes)..];
        return text[Prefix.Length + id.Length] == '_' && IsHexadecimal(id) && IsHexadecimal(secret)
            ? new(id, secret)
            : null;
    }

    /// <summary>Whether it is this key; how long that takes tells nothing of how much of the secret is right.</summary>
    public bool IsOf(ApiKey key) => CryptographicOperations.FixedTimeEquals(
        Encoding.ASCII.GetBytes(Hash), Encoding.ASCII.GetBytes(key.SecretHash));

    public override string ToString() => $"{Prefix}{Id}_{Secret}";

    private static bool IsHexadecimal(string text) => text.All(char.IsAsciiHexDigitLower);
}
