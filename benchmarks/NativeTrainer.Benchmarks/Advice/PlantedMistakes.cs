using System.Globalization;
using System.Text;
using NativeTrainer.Benchmarks.Throughput;

namespace NativeTrainer.Benchmarks.Advice;

/// <summary>Does the audit name each mistake of a data set, and nothing where there is none? And does a run act on it?</summary>
internal static class PlantedMistakes
{
    public const string Help = """
        advice-quality planted --material DIR --weights FILE [--seed N] [--size PIXELS] [--threads N] [--keep DIR] [--out FILE]
            plants every mistake that the audit knows in data sets made of DIR/datasets/flowers5, and looks for its code in audit.json; lists what is found above a note
            in sets as they are; trains on the leaky one before and after 'split --fix'. Ends with 1 where a mistake was missed, an alarm is not known to be true, or a
            run did what it must not. --keep: the data sets and reports stay there; --out: the table
        """;

    // Looked at, each: what an audit says of a set as it is, and why that is so.
    private static readonly (string Set, string Code, string Why)[] Known =
    [
        ("grocery-csv", "NT106", "validation was photographed elsewhere, softer and in other light, many pieces in a hand; test shows other shelves"),
        ("grocery-csv", "NT203", "the same: none of these shelves and hands are in training"),
        ("grocery-csv", "NT107", "there are 105"),
    ];

    public static int Run(CommandArguments arguments)
    {
        string material = arguments.Text("--material", ""), weights = arguments.Text("--weights", ""), keep = arguments.Text("--keep", ""), file = arguments.Text("--out", "");
        int seed = arguments.Number("--seed", 1, 1, int.MaxValue), size = arguments.Number("--size", 160, 32, 1024), threads = arguments.Number("--threads", Environment.ProcessorCount, 1, 256);
        arguments.Finish();
        if (material.Length == 0 || weights.Length == 0) throw new UsageException("planted needs --material DIR and --weights FILE");
        string root = keep.Length > 0 ? Directory.CreateDirectory(keep).FullName : Directory.CreateTempSubdirectory("planted-").FullName;
        Environment.SetEnvironmentVariable("XDG_CACHE_HOME", Path.Combine(root, "cache"));
        try
        {
            var run = new PlantedRun(root, weights, size, threads);
            var text = new StringBuilder($"`advice-quality planted --material DIR --weights {Path.GetFileName(weights)} --seed {seed} --size {size}`\n");
            var folders = PlantedSets.Make(Path.Combine(material, "datasets", "flowers5"), root, (ulong)seed);
            bool good = Mistakes(run, folders, text) & CleanSets(run, Path.Combine(material, "datasets"), text) & Training(run, folders[0], text);
            Console.Write(text);
            if (file.Length > 0) File.WriteAllText(file, text.ToString());
            return good ? 0 : 1;
        }
        finally
        {
            if (keep.Length == 0) Directory.Delete(root, recursive: true);
        }
    }

    private static bool Mistakes(PlantedRun run, IReadOnlyList<PlantedFolder> folders, StringBuilder text)
    {
        text.Append("\n### Mistakes planted\n\n| data set | planted | code | said as | planted files shown |\n|---|---|---|---|---|\n");
        bool all = true;
        foreach (var folder in folders)
        {
            var audit = run.Audit(folder.Data, folder.Name, folder.Production);
            foreach (var mistake in folder.Mistakes)
            {
                FindingInFile[] found = [.. audit.Of(mistake.Code).Where(finding => mistake.Figure.Length == 0 || finding.Figures.Contains(mistake.Figure))];
                int shown = mistake.Files.Count(f => found.Any(finding => finding.Files.Contains(f)));
                bool missed = found.Length == 0 || (mistake.Files.Count > 0 && shown == 0);
                all &= !missed;
                text.Append(CultureInfo.InvariantCulture,
                    $"| {folder.Name} | {mistake.What} | {mistake.Code} {(found.Length > 0 ? found[0].Title : "")} | {(missed ? "**missed**" : string.Join(", ", found.Select(f => f.Severity).Distinct()))} | {(mistake.Files.Count == 0 ? "" : $"{shown} of {mistake.Files.Count}")} |\n");
            }
        }
        var leaks = folders[0];
        var (code, said) = run.Command("audit", PlantedSets.GroupInTwoParts(leaks));
        bool refused = code == 2 && said.Contains("Put all of a group into one split", StringComparison.Ordinal);
        text.Append(CultureInfo.InvariantCulture, $"| {leaks.Name}, as a CSV with groups | a given group in two parts | NT103 | {(refused ? "refused when it is read, exit code 2" : "**missed**")} | |\n");
        foreach (var folder in folders) text.Append(CultureInfo.InvariantCulture, $"\n{folder.Name}: {folder.Words}.");
        text.Append('\n');
        return all & refused;
    }

    private static bool CleanSets(PlantedRun run, string sets, StringBuilder text)
    {
        text.Append("\n### Sets as they are: everything above a note\n\n| data set | finding | said as | what the audit says | looked at |\n|---|---|---|---|---|\n");
        string mended = run.Split(Path.Combine(sets, "flowers5"), "flowers5");
        (string Name, string Data)[] clean =
            [("hymenoptera", Path.Combine(sets, "hymenoptera")), ("imagenette224-small", Path.Combine(sets, "imagenette224-small")), ("flowers5 after split --fix", mended), ("grocery-csv", Path.Combine(sets, "grocery-csv"))];
        bool all = true;
        foreach (var (name, data) in clean)
        {
            FindingInFile[] found = [.. run.Audit(data, Path.GetFileNameWithoutExtension(data) + "-clean").Findings.Where(finding => finding.AboveNote)];
            foreach (var finding in found)
            {
                string why = Known.FirstOrDefault(known => known.Set == name && known.Code == finding.Code).Why ?? "";
                all &= why.Length > 0;
                text.Append(CultureInfo.InvariantCulture, $"| {name} | {finding.Code} | {finding.Severity} | {finding.Summary} | {(why.Length > 0 ? $"true: {why}" : "**no**")} |\n");
            }
            if (found.Length == 0) text.Append(CultureInfo.InvariantCulture, $"| {name} | none | | | |\n");
        }
        return all;
    }

    private static bool Training(PlantedRun run, PlantedFolder leaks, StringBuilder text)
    {
        text.Append("\n### A run on the leaky set, and after `split --fix`\n\n");
        var before = run.Train(leaks.Data, "before");
        text.Append(CultureInfo.InvariantCulture, $"`train` on {leaks.Name}: exit code {before.Code}. The audit of it: {AuditFindings.Read(run.Report(leaks.Name)).Verdict}\n\n");
        foreach (string line in before.Said.Where(line => line.StartsWith("refusal", StringComparison.Ordinal) || line.StartsWith("error", StringComparison.Ordinal))) text.Append(CultureInfo.InvariantCulture, $"    {line}\n");
        string mended = run.Split(leaks.Data, leaks.Name);
        var after = run.Train(mended, "after");
        text.Append(CultureInfo.InvariantCulture, $"\n`train` after `split --fix`: exit code {after.Code}.");
        if (after.Code != 0) return false;
        var (full, quick) = (run.Audit(mended, "mended"), AuditFindings.Read(run.RunFolder("after")));
        text.Append(CultureInfo.InvariantCulture, $" audit.json in the run folder: \"refused\": {(quick.Refused ? "true" : "false")}, {quick.Verdict}");
        text.Append(CultureInfo.InvariantCulture, $" The audit with weights: \"refused\": {(full.Refused ? "true" : "false")}, {full.Verdict} Of leakage left: {Left(quick)} in the run's, {Left(full)} in the other.\n\n");
        foreach (string line in after.Said.Where(line => line.StartsWith("epoch", StringComparison.Ordinal) || line.StartsWith("best", StringComparison.Ordinal) || line.StartsWith("  accuracy", StringComparison.Ordinal))) text.Append(CultureInfo.InvariantCulture, $"    {line.TrimEnd()}\n");
        return before.Code == 3 && !Directory.Exists(run.RunFolder("before")) && !quick.Refused && !full.Refused;
    }

    private static string Left(AuditFindings audit)
    {
        string[] left = [.. audit.Findings.Where(finding => finding.Code is "NT101" or "NT102" or "NT103").Select(finding => $"{finding.Code} ({finding.Severity})")];
        return left.Length == 0 ? "nothing" : string.Join(", ", left);
    }
}
