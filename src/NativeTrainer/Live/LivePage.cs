using NativeTrainer.Html;
using NativeTrainer.Reports;

namespace NativeTrainer.Live;

/// <summary>The page of a run that is under way; <see cref="LiveScript"/> fills it.</summary>
internal static class LivePage
{
    private const string Css = """

        .live { display: grid; grid-template-columns: 1fr auto; gap: .6rem 1.5rem; align-items: center; margin-top: 1.5rem; padding: 1.1rem 1.4rem; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
        .live p { font-size: 1.15rem; overflow-wrap: anywhere; }
        .live progress { grid-column: 1 / -1; width: 100%; height: .7rem; accent-color: var(--advice); }
        .live .buttons { display: flex; flex-wrap: wrap; gap: .6rem; }
        button { font: inherit; color: var(--ink); background: var(--paper); border: 1px solid var(--soft); border-radius: 7px; padding: .45rem 1rem; cursor: pointer; }
        button:hover { background: var(--tint); }
        button[hidden] { display: none; }
        .samples { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); gap: 1rem; }
        .samples img { display: block; width: 100%; aspect-ratio: 1; object-fit: cover; border-radius: 6px; background: var(--tint); }
        .samples .wrong { color: var(--refusal); }
        .notes li { padding: .15rem 0; overflow-wrap: anywhere; color: var(--soft); font-size: .93rem; }
        @media (max-width: 34rem) { .live { grid-template-columns: 1fr; padding: 1rem; } }

        """;

    public static string Render()
    {
        var html = new HtmlWriter();
        html.Tag("body", [], () => html.Line().Element("div", "page", () =>
        {
            html.Tag("header", [], () =>
            {
                html.Element("p", "kicker", "NativeTrainer, live").Tag("h1", [("id", "name")], () => html.Text("A run")).Line();
                html.Element("div", "live", () =>
                {
                    html.Tag("p", [("id", "state"), ("role", "status")], () => html.Text("Waiting for the run; this page needs its script.")).Element("div", "buttons", () =>
                    {
                        Button(html, "stop", "Stop and save");
                        Button(html, "resume", "Go on");
                        Button(html, "close", "End the program");
                    });
                    html.Tag("progress", [("id", "progress"), ("max", "1"), ("value", "0"), ("aria-label", "Share of the run that is done")], () => { });
                });
                html.Line().Element("dl", "facts", () =>
                {
                    foreach (var (id, name) in ((string, string)[])[("best", "best accuracy"), ("epoch", "epoch"), ("loss", "loss of the step"), ("rate", "learning rate"), ("speed", "images a second"), ("left", "left")])
                        html.Element("div", null, () => html.Element("dt", null, name).Tag("dd", [("id", id)], () => html.Text("–")));
                });
            });
            html.Line().Tag("main", [], () =>
            {
                html.Element("h2", null, "How it learns").Element("div", "charts", () =>
                {
                    Chart(html, "loss-chart", "Loss", ("train", "training"), ("val", "validation"));
                    Chart(html, "accuracy-chart", "Validation accuracy");
                });
                html.Line().Tag("section", [("id", "samples-part"), ("hidden", "hidden")], () => html.Element("h2", null, "What it finds hardest").Tag("div", [("id", "samples"), ("class", "samples")], () => { }));
                html.Line().Tag("section", [("id", "notes-part"), ("hidden", "hidden")], () => html.Element("h2", null, "Notes").Tag("ul", [("id", "notes"), ("class", "notes")], () => { }));
            });
            html.Line().Tag("footer", [], () => html.Element("p", null, "Served by the run itself, to this machine alone. Its address lets stop the run: keep it to yourself."));
        }).Line().Script(LiveScript.Text));
        return HtmlPage.Document("NativeTrainer, live", RunStyle.Css + Css, LiveScript.Text, html.ToString(), connects: true);
    }

    private static void Button(HtmlWriter html, string id, string text) => html.Tag("button", [("id", id), ("type", "button"), ("hidden", "hidden")], () => html.Text(text));

    private static void Chart(HtmlWriter html, string id, string title, params ReadOnlySpan<(string Key, string Name)> lines)
    {
        var keys = lines.ToArray();
        html.Element("figure", "panel", () =>
        {
            html.Element("figcaption", "title", title).Tag("svg", [("id", id), ("class", "chart"), ("viewBox", "0 0 440 250"), ("role", "img"), ("aria-label", title)], () => { });
            if (keys.Length > 0) html.Element("p", "legend", () =>
            {
                foreach (var (key, name) in keys) html.Element("span", null, () => html.Element("span", $"key {key}", "").Text(name));
            });
        });
    }
}
