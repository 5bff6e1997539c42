using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using WorkerFleet.Blobs;

namespace WorkerFleet.Api.Access;

/// <summary>
/// Keeps the keys that cookies are encrypted with in the fleet's own store, so that nobody is signed out by a
/// restart, and all APIs of one store know each other's cookies.
/// </summary>
/// <remarks>
/// They are not encrypted once more: the key to that would have to lie beside them. Whoever reads the store has all
/// that a cookie opens, and it is closed to others by the rights of its folder, or by the policy and encryption of
/// its bucket.
/// </remarks>
internal sealed class StoredSessionKeys(IBlobStore blobs) : IXmlRepository, IXmlEncryptor
{
    public const string BlobName = "api/session-keys.xml";

    /// <summary>One is made each 90 days; what is older than all these opens no cookie that is still good.</summary>
    private const int MaxKeys = 8;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    // The interface is synchronous, and is used when the host starts and once in 90 days.
    public IReadOnlyCollection<XElement> GetAllElements() => Wait(ReadAsync);

    public void StoreElement(XElement element, string friendlyName) => Wait(async cancellationToken =>
    {
        var all = (await ReadAsync(cancellationToken)).Append(element).TakeLast(MaxKeys);
        using var content = new MemoryStream();
        await new XDocument(new XElement("keys", all)).SaveAsync(content, SaveOptions.None, cancellationToken);
        content.Position = 0;
        await blobs.PutAsync(BlobName, content, cancellationToken);
        return true;
    });

    public EncryptedXmlInfo Encrypt(XElement plaintextElement) =>
        new(new XElement("unencryptedKey", plaintextElement), typeof(NullXmlDecryptor));

    private async Task<IReadOnlyCollection<XElement>> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var content = await blobs.OpenReadAsync(BlobName, 0, cancellationToken);
            var document = await XDocument.LoadAsync(content, LoadOptions.None, cancellationToken);
            return [.. document.Root!.Elements()];
        }
        catch (FileNotFoundException)
        {
            return [];
        }
    }

    private static T Wait<T>(Func<CancellationToken, Task<T>> work)
    {
        using var limit = new CancellationTokenSource(Limit);
        return Task.Run(() => work(limit.Token), limit.Token).GetAwaiter().GetResult();
    }
}
