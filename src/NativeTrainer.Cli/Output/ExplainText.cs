using NativeTrainer.Advice.Findings;

namespace NativeTrainer.Cli.Output;

/// <summary>The pages of the findings on a terminal.</summary>
internal static class ExplainText
{
    private const int Width = 96;

    public static void Page(TextWriter output, FindingKind kind)
    {
        output.WriteLine($"{kind}: {kind.Title}");
        foreach (var (heading, text) in kind.Page.Paragraphs())
        {
            output.WriteLine();
            output.WriteLine(heading);
            foreach (string line in Wrap(text, Width - 2)) output.WriteLine($"  {line}");
        }
    }

    public static void List(TextWriter output)
    {
        int width = FindingCatalogue.All.Max(kind => kind.Slug.Length);
        foreach (var (digit, title) in FindingCatalogue.Families)
        {
            output.WriteLine(title);
            foreach (var kind in FindingCatalogue.All.Where(kind => kind.Code[2] == digit)) output.WriteLine($"  {kind.Code}  {kind.Slug.PadRight(width)}  {kind.Title}");
        }
        output.WriteLine("nativetrainer explain CODE tells what it is, how it was found, how to fix it and what it costs to ignore.");
    }

    private static IEnumerable<string> Wrap(string text, int width)
    {
        string line = "";
        foreach (string word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = "";
            }
            line += (line.Length > 0 ? " " : "") + word;
        }
        if (line.Length > 0) yield return line;
    }
}
