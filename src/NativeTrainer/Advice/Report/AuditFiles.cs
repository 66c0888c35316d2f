using System.Text;
using NativeTrainer.Advice.Audit;
using NativeTrainer.Html;
using NativeTrainer.Imaging;
using NativeTrainer.Training;

namespace NativeTrainer.Advice.Report;

/// <summary>An audit's folder: the report for people, for programs, and the list to edit.</summary>
public static class AuditFiles
{
    public const string HtmlName = "audit.html";

    /// <summary>Writes audit.html, audit.json and audit.csv; files of these names are replaced.</summary>
    /// <exception cref="UserException">The folder cannot be written.</exception>
    public static void Write(AuditReport report, string folder)
    {
        Replace(folder, AuditJson.FileName, AuditJson.Format(report));
        Replace(folder, AuditCsv.FileName, AuditCsv.Format(report, folder));
        Replace(folder, HtmlName, AuditHtml.Render(report, new Thumbnails()));
    }

    private static void Replace(string folder, string name, string text) => RunFolderFile.Replace(Path.Combine(folder, name), Encoding.UTF8.GetBytes(text));
}
