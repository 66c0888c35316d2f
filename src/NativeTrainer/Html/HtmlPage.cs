using System.Security.Cryptography;
using System.Text;

namespace NativeTrainer.Html;

/// <summary>A whole document in one file that asks nothing of a network: what is in it may show data URIs, and run the one script that it was made with.</summary>
internal static class HtmlPage
{
    /// <param name="css">Beside <see cref="PageStyle"/>.</param>
    /// <param name="script">Null runs none. The policy names its hash, so that even a hostile name that got past the escaping could run nothing.</param>
    /// <param name="body">The body element.</param>
    /// <param name="connects">Whether the script may speak to where the page came from.</param>
    public static string Document(string title, string css, string? script, string body, bool connects = false)
    {
        string runs = script is null ? "" : $" script-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}';";
        string policy = $"default-src 'none'; img-src data:; style-src 'unsafe-inline';{runs}{(connects ? " connect-src 'self';" : "")} base-uri 'none'; form-action 'none'";
        var page = new HtmlWriter();
        page.Tag("html", [("lang", "en")], () =>
        {
            page.Line().Tag("head", [], () =>
            {
                page.Line().Void("meta", ("charset", "utf-8")).Line().Void("meta", ("name", "viewport"), ("content", "width=device-width, initial-scale=1"));
                page.Line().Void("meta", ("name", "color-scheme"), ("content", "light dark")).Line().Void("meta", ("http-equiv", "Content-Security-Policy"), ("content", policy));
                // A browser would ask the server for one.
                if (connects) page.Line().Void("link", ("rel", "icon"), ("href", "data:,"));
                page.Line().Element("title", null, title).Line().Style(PageStyle.Css + css).Line();
            });
            page.Line().Written(body).Line();
        });
        return "<!DOCTYPE html>\n" + page + "\n";
    }
}
