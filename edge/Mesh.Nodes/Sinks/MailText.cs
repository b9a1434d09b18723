using System.Globalization;
using System.Text;
using Mesh.Contracts;

namespace Mesh.Nodes;

/// <summary>
/// A notification as a mail (RFC 5322), in ASCII: what is not ASCII in the subject is an encoded word (RFC 2047), the text
/// is base64 in lines of 76, so no line can be too long or be taken for the end.
/// </summary>
internal static class MailText
{
    /// <summary>Bytes of one encoded word before encoding: with its frame it stays below 75 characters.</summary>
    private const int WordBytes = 39;

    public static string Of(MailDestination mail, SinkAction action)
    {
        var subject =
            action.Title.Length > 0 ? action.Title : $"{EventJson.SeverityName(action.Severity)}: {action.Rule}";
        var body =
            $"{action.Payload}\r\n\r\n-- \r\nrule {action.Rule}, {EventJson.SeverityName(action.Severity)}, {action.At}\r\n";
        var text = new StringBuilder()
            .Append("From: ")
            .Append(mail.From)
            .Append("\r\n")
            .Append("To: ")
            .AppendJoin(", ", mail.To)
            .Append("\r\n")
            .Append("Subject: ")
            .Append(Subject(OneLine(subject)))
            .Append("\r\n")
            .Append("Date: ")
            .Append(
                action
                    .Queued.ToDateTimeOffset()
                    .ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture)
            )
            .Append("\r\n")
            .Append("Message-ID: <")
            .Append(action.Id)
            .Append("@mesh>\r\n")
            .Append("Auto-Submitted: auto-generated\r\n")
            .Append("MIME-Version: 1.0\r\n")
            .Append("Content-Type: text/plain; charset=utf-8\r\n")
            .Append("Content-Transfer-Encoding: base64\r\n\r\n");
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(body));
        for (var i = 0; i < encoded.Length; i += 76)
        {
            text.Append(encoded.AsSpan(i, Math.Min(76, encoded.Length - i))).Append("\r\n");
        }

        return text.ToString();
    }

    /// <summary>Whether a text can stand in an envelope and a header as it is: <c>name@host</c>, without a blank.</summary>
    public static bool IsAddress(string text) =>
        text.Length is > 2 and <= 254
        && text.IndexOf('@', StringComparison.Ordinal) is > 0 and var at
        && at < text.Length - 1
        && text.All(static c => c is > ' ' and < (char)127 and not ('<' or '>' or ',' or ';' or '"'));

    private static string OneLine(string text) => string.Concat(text.Select(static c => char.IsControl(c) ? ' ' : c));

    private static string Subject(string text)
    {
        if (
            text.Length <= 200
            && text.All(static c => c is >= ' ' and < (char)127)
            && !text.Contains("=?", StringComparison.Ordinal)
        )
        {
            return text;
        }

        var words = new StringBuilder();
        var word = new List<byte>();
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            var length = rune.EncodeToUtf8(bytes);
            if (word.Count + length > WordBytes)
            {
                Close();
            }

            word.AddRange(bytes[..length]);
        }

        Close();
        return words.ToString();

        void Close()
        {
            words.Append(words.Length > 0 ? "\r\n " : "");
            words.Append("=?utf-8?B?").Append(Convert.ToBase64String([.. word])).Append("?=");
            word.Clear();
        }
    }
}
