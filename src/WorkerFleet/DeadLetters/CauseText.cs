using System.Buffers;
using System.Text;

namespace WorkerFleet.DeadLetters;

/// <summary>
/// What a failure's message says once everything is left out that differs from row to row: quoted text, numbers, ids,
/// addresses. Of a JSON answer, the parts that say what went wrong are kept. The result is part of stored group ids: a
/// change here splits the groups that are open.
/// </summary>
internal sealed class CauseText
{
    /// <summary>Stands for what was left out.</summary>
    private const char Mask = '#';

    /// <summary>Characters of the result that decide. Measured after leaving out, so that a longer id moves nothing.</summary>
    private const int SignificantLength = 160;

    /// <summary>Answers quoted in answers: an agent behind a gateway behind a gateway.</summary>
    private const int MaxDepth = 4;

    private const int UuidLength = 36;
    private const int IdLength = 8;
    private const int HexIdLength = 12;
    private const int LongSegment = 20;
    private const int LongestAddress = 254;

    private static readonly HashSet<string> TellingKeys = new(StringComparer.OrdinalIgnoreCase)
    {
        "error", "errors", "message", "msg", "detail", "details", "title", "reason", "code", "type", "__type", "status",
        "description", "error_description", "error_code", "error_message", "error_type", "errorCode", "errorMessage",
        "errorType",
    };

    private static readonly SearchValues<char> DomainPart =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");

    private static readonly SearchValues<char> LocalPart =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_+%");

    private static readonly SearchValues<char> UrlEnd = SearchValues.Create(" \t\r\n\"'<>()[]{},;`");

    private readonly StringBuilder _text = new(SignificantLength);

    /// <summary>Linear in the length of the message.</summary>
    public static string Of(string message)
    {
        var text = new CauseText();
        text.Append(message, depth: 0);
        return text._text.ToString(0, Math.Min(text._text.Length, SignificantLength));
    }

    private void Append(ReadOnlySpan<char> message, int depth)
    {
        var telling = false;
        for (var at = 0; at < message.Length && _text.Length < SignificantLength;)
        {
            var rest = message[at..];
            var afterWord = at > 0 && char.IsLetterOrDigit(message[at - 1]);
            if (LengthOfQuoted(rest, afterWord) is > 0 and var quoted)
            {
                telling = AppendQuoted(rest[..quoted], rest[quoted..], telling, depth);
                at += quoted;
            }
            else if (rest.StartsWith("http://") || rest.StartsWith("https://"))
                at += AppendUrl(rest);
            else if (char.IsLetterOrDigit(rest[0]))
                at += AppendWord(rest);
            else
            {
                _text.Append(char.IsWhiteSpace(rest[0]) ? ' ' : rest[0]);
                at++;
            }
        }
    }

    /// <returns>Whether it is the name of a JSON property whose value says what went wrong.</returns>
    private bool AppendQuoted(ReadOnlySpan<char> quoted, ReadOnlySpan<char> rest, bool telling, int depth)
    {
        var inner = quoted[1..^(quoted.Length > 1 ? 1 : 0)];
        if (quoted[0] == '"' && rest.TrimStart().StartsWith(":"))
        {
            _text.Append(inner);
            return TellingKeys.Contains(inner.ToString());
        }
        if (telling && depth < MaxDepth)
            Append(inner.ToString().Replace("\\\"", "\"").Replace("\\n", " ").Replace("\\\\", "\\"), depth + 1);
        else
            AppendMask();
        return false;
    }

    private int AppendWord(ReadOnlySpan<char> rest)
    {
        if (LengthOfAddress(rest) is > 0 and var address)
        {
            AppendMask();
            return address;
        }
        if (rest.Length >= UuidLength && Guid.TryParseExact(rest[..UuidLength], "D", out _))
        {
            AppendMask();
            return UuidLength;
        }
        var length = 1;
        while (length < rest.Length && (char.IsLetterOrDigit(rest[length]) || rest[length] == '_'))
            length++;
        if (IsId(rest[..length]))
            AppendMask();
        else
            AppendWithoutDigits(rest[..length]);
        return length;
    }

    private void AppendWithoutDigits(ReadOnlySpan<char> word)
    {
        foreach (var c in word)
            if (char.IsDigit(c))
                AppendMask();
            else
                _text.Append(c);
    }

    private int AppendUrl(ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOfAny(UrlEnd);
        var url = (end < 0 ? rest : rest[..end]).TrimEnd(".:!");
        var query = url.IndexOfAny('?', '#');
        var address = query < 0 ? url : url[..query];
        var first = true;
        foreach (var range in address.Split('/'))
        {
            var segment = address[range];
            if (!first)
                _text.Append('/');
            first = false;
            if (segment.Length >= LongSegment || IsId(segment))
                AppendMask();
            else
                AppendWithoutDigits(segment);
        }
        if (query >= 0)
            _text.Append('?');
        return url.Length;
    }

    /// <summary>Numbers lose their length and their separators: 7, 42, 1,000 and 0.5 are all the same.</summary>
    private void AppendMask()
    {
        if (_text.Length > 1 && _text[^1] is '.' or ',' && _text[^2] == Mask)
            _text.Length--;
        if (_text.Length == 0 || _text[^1] != Mask)
            _text.Append(Mask);
    }

    /// <summary>Random letters and digits, unlike a word that ends in a number, or has one in it, such as base64url.</summary>
    private static bool IsId(ReadOnlySpan<char> word)
    {
        var digits = 0;
        var changes = 0;
        var hex = true;
        for (var i = 0; i < word.Length; i++)
        {
            digits += char.IsDigit(word[i]) ? 1 : 0;
            changes += i > 0 && char.IsDigit(word[i]) != char.IsDigit(word[i - 1]) ? 1 : 0;
            hex &= char.IsAsciiHexDigit(word[i]);
        }
        return (word.Length >= IdLength && (changes > 2 || 4 * digits >= word.Length))
            || (word.Length >= HexIdLength && hex);
    }

    /// <returns>Length with both quotes, to the end where the message was cut off; 0 when nothing is quoted here.</returns>
    private static int LengthOfQuoted(ReadOnlySpan<char> rest, bool afterWord)
    {
        var close = rest[0] switch { '"' => '"', '`' => '`', '\u201C' => '\u201D', '\'' when !afterWord => '\'', _ => '\0' };
        if (close == '\0')
            return 0;
        for (var i = 1; i < rest.Length; i++)
            if (rest[i] == '\\')
                i++;
            else if (rest[i] == close && (close != '\'' || i + 1 == rest.Length || !char.IsLetterOrDigit(rest[i + 1])))
                return i + 1;
        // A single quote that nothing closes is an apostrophe.
        return close == '\'' ? 0 : rest.Length;
    }

    private static int LengthOfAddress(ReadOnlySpan<char> rest)
    {
        var at = rest[..Math.Min(rest.Length, LongestAddress)].IndexOfAnyExcept(LocalPart);
        if (at <= 0 || rest[at] != '@' || at + 1 == rest.Length || !char.IsLetterOrDigit(rest[at + 1]))
            return 0;
        var domain = rest[(at + 1)..].IndexOfAnyExcept(DomainPart);
        return domain < 0 ? rest.TrimEnd('.').Length : at + 1 + rest[(at + 1)..(at + 1 + domain)].TrimEnd('.').Length;
    }
}
