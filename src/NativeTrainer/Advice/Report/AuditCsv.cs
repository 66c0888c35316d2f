using System.Text;
using NativeTrainer.Advice.Audit;
using NativeTrainer.Advice.Findings;
using NativeTrainer.Evaluation;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Report;

/// <summary>
/// <c>audit.csv</c>: path,code,label,suggested_label,action — a row for each picture that a finding proposes to change, by harm. A person edits the last two columns; <c>--fix</c>
/// (<see cref="DatasetOptions.Fix"/>) applies it.
/// </summary>
public static class AuditCsv
{
    public const string FileName = "audit.csv";

    /// <param name="folder">Where the file will lie: paths are relative to it.</param>
    public static string Format(AuditReport report, string folder)
    {
        var csv = new StringBuilder("path,code,label,suggested_label,action\n");
        foreach (var finding in report.Findings)
        {
            foreach (var file in finding.Evidence.SelectMany(evidence => evidence.Files))
            {
                if (file is not { Fix: { } fix, Label: { } label }) continue;
                csv.Append(CsvLine.Of(Relative(folder, file.Path), finding.Kind.Code, label, fix.Label, fix.Action.ToString().ToLowerInvariant()));
            }
        }
        return csv.ToString();
    }

    // Spreadsheets run what begins like a formula; "./" names the same file and is none.
    private static string Relative(string folder, string path)
    {
        string relative = Path.GetRelativePath(Path.GetFullPath(folder), path);
        if (Path.DirectorySeparatorChar == '\\') relative = relative.Replace('\\', '/');
        return "=+-@".Contains(relative[0]) ? "./" + relative : relative;
    }
}
