namespace NativeTrainer.Html;

/// <summary>What may be wider than a phone scrolls by itself, by touch and by keyboard.</summary>
internal static class Scroll
{
    /// <param name="name">For those who do not see it.</param>
    public static void Table(HtmlWriter html, string name, Action rows, string? kind = null)
        => html.Tag("div", [("class", "scroll"), ("role", "region"), ("tabindex", "0"), ("aria-label", name)], () => html.Element("table", kind, rows));
}
