using System.Text;

namespace NativeTrainer.Html;

/// <summary>
/// Writes HTML that is XML too: every element is closed, every text and attribute is escaped, whatever a file is called. Characters that no document may hold become U+FFFD.
/// </summary>
internal sealed class HtmlWriter
{
    private readonly StringBuilder _text = new();

    /// <summary>An element with content; attributes with the value null are left out.</summary>
    public HtmlWriter Tag(string name, ReadOnlySpan<(string Name, string? Value)> attributes, Action content)
    {
        Open(name, attributes);
        _text.Append('>');
        content();
        _text.Append("</").Append(name).Append('>');
        return this;
    }

    public HtmlWriter Element(string name, string? kind, Action content) => Tag(name, [("class", kind)], content);

    public HtmlWriter Element(string name, string? kind, string text) => Element(name, kind, () => Text(text));

    /// <summary>An element that has no content by definition, such as <c>img</c>.</summary>
    public HtmlWriter Void(string name, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        Open(name, attributes);
        _text.Append("/>");
        return this;
    }

    public HtmlWriter Text(string text)
    {
        Escape(text);
        return this;
    }

    /// <summary>A style sheet; it holds no character that would need escaping, so that it reads the same as HTML and as XML.</summary>
    public HtmlWriter Style(string css)
    {
        if (css.AsSpan().ContainsAny('<', '&', '>')) throw new ArgumentException("the style sheet has a character that XML escapes", nameof(css));
        _text.Append("<style>").Append(css).Append("</style>");
        return this;
    }

    /// <summary>A script, which holds no character that would need escaping either.</summary>
    public HtmlWriter Script(string script)
    {
        if (script.AsSpan().ContainsAny('<', '&')) throw new ArgumentException("the script has a character that XML escapes", nameof(script));
        _text.Append("<script>").Append(script).Append("</script>");
        return this;
    }

    /// <summary>What another writer has written.</summary>
    public HtmlWriter Written(string html)
    {
        _text.Append(html);
        return this;
    }

    public HtmlWriter Line()
    {
        _text.Append('\n');
        return this;
    }

    public override string ToString() => _text.ToString();

    private void Open(string name, ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        _text.Append('<').Append(name);
        foreach (var (attribute, value) in attributes)
        {
            if (value is null) continue;
            _text.Append(' ').Append(attribute).Append("=\"");
            Escape(value);
            _text.Append('"');
        }
    }

    private void Escape(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '&' => _text.Append("&amp;"),
                '<' => _text.Append("&lt;"),
                '>' => _text.Append("&gt;"),
                '"' => _text.Append("&quot;"),
                '\'' => _text.Append("&#39;"),
                < ' ' and not ('\t' or '\n') or >= 0x7F and < 0xA0 or 0xFFFE or 0xFFFF => _text.Append('\uFFFD'),
                _ => _text.Append(rune.ToString()),
            };
        }
    }
}
