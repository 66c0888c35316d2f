using NativeTrainer.Advice.Audit;
using NativeTrainer.Html;
using NativeTrainer.Training;

namespace NativeTrainer.Reports.Sections;

/// <summary>The command that repeats the run, its seed, what was chosen, and the machine.</summary>
internal sealed class SettingsSection(HtmlWriter html)
{
    public void Write(RunRecord run)
    {
        if (run.Options is { } options)
        {
            html.Element("p", "lead", "This repeats it, to the bit on a machine with the same vectors:");
            html.Tag("pre", [("tabindex", "0"), ("aria-label", "The command that repeats the run")], () => html.Text($"nativetrainer train --config {Shell(run.In(TrainOptionsFile.Name))}"));
            var (chosen, usual) = (new List<(string, string)>(), new List<(string, string)>());
            foreach (var setting in OptionValues.Of(options)) (setting.IsDefault ? usual : chosen).Add((setting.Name, setting.Value));
            List("Chosen", chosen);
            html.Line().Element("details", null, () =>
            {
                html.Element("summary", null, $"{Amount.Of(usual.Count)} settings as they are by default");
                List(null, usual);
            });
        }
        if (run.Environment is not { } machine) return;
        List("Machine",
        [
            ("device", machine.Device), ("system", $"{machine.System}, {machine.Architecture}"), ("processors", $"{machine.Processors}"), ("vectors", machine.Instructions), ("runtime", machine.Runtime),
            ("nativetrainer", machine.Version), ("network", $"{machine.Model}, {Amount.Of(machine.Parameters)} parameters"), ("pictures", $"{Amount.Of(machine.TrainImages)} to train, {Amount.Of(machine.ValidationImages)} to validate"),
            ("planned memory", $"{Amount.Of(machine.PlannedMemoryBytes / 1_000_000)} MB"),
        ]);
    }

    private void List(string? title, IReadOnlyList<(string Name, string Value)> values)
    {
        if (values.Count == 0) return;
        if (title is not null) html.Line().Element("h3", null, title);
        html.Element("dl", "settings", () =>
        {
            foreach (var (name, value) in values) html.Element("div", null, () => html.Element("dt", null, name).Element("dd", null, () => html.Element("bdi", null, value)));
        });
    }

    private static string Shell(string path) => path.Contains(' ') ? $"\"{path}\"" : path;
}
