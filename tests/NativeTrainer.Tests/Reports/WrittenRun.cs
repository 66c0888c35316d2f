using System.Text;
using NativeTrainer.Training;

namespace NativeTrainer.Tests.Reports;

/// <summary>The files of a run, without training one.</summary>
internal sealed class WrittenRun
{
    private readonly TemporaryFolder _folder;
    private readonly string _name;

    public WrittenRun(TemporaryFolder folder, string name = "run", TrainOptions? options = null)
    {
        (_folder, _name) = (folder, name);
        Write(TrainOptionsFile.Name, TrainOptionsFile.Format(options ?? new TrainOptions { Data = "/photos", Seed = 7 }));
    }

    public string Folder => Path.Combine(_folder.Path, _name);

    public void Write(string name, string text) => _folder.File($"{_name}/{name}", text);

    /// <summary>Two classes, 100 pictures each; the first <paramref name="wrong"/> of each are taken for the other.</summary>
    /// <param name="sure">Probability of what it says.</param>
    public WrittenRun Predictions(int wrong, string first = "cat", string second = "dog", double sure = 0.8, int each = 100, string prefix = "")
    {
        var csv = new StringBuilder($"path,label,predicted,probability,{Field(first)},{Field(second)}\n");
        for (int n = 0; n < 2 * each; n++)
        {
            bool isFirst = n % 2 == 0, right = n / 2 >= wrong, saysFirst = isFirst == right;
            csv.Append(System.Globalization.CultureInfo.InvariantCulture, $"{prefix}{n}.jpg,{Field(isFirst ? first : second)},{Field(saysFirst ? first : second)},{sure},{(saysFirst ? sure : 1 - sure):0.###},{(saysFirst ? 1 - sure : sure):0.###}\n");
        }
        Write("predictions.csv", csv.ToString());
        return this;
    }

    /// <param name="losses">Training and validation loss of each epoch.</param>
    public WrittenRun Epochs(params (double Train, double Validation)[] losses) => Epochs("", losses);

    public WrittenRun Epochs(string allowed, params (double Train, double Validation)[] losses)
    {
        var lines = new StringBuilder();
        for (int e = 0; e < losses.Length; e++)
        {
            bool best = losses.Take(e).All(l => l.Validation > losses[e].Validation);
            lines.Append(System.Globalization.CultureInfo.InvariantCulture,
                $"{{\"epoch\":{e + 1},\"stage\":\"full\",\"trainLoss\":{losses[e].Train},\"validation\":{{\"loss\":{losses[e].Validation},\"accuracy\":0.9,\"top5\":1,\"balancedAccuracy\":0.9,\"macroF1\":0.9}},\"learningRates\":{{\"fc\":0.01}},\"imagesPerSecond\":40,\"seconds\":3,\"best\":{(best ? "true" : "false")},\"allowed\":[{(allowed.Length > 0 ? $"\"{allowed}\"" : "")}]}}\n");
        }
        Write("metrics.jsonl", lines.ToString());
        return this;
    }

    private static string Field(string text) => text.AsSpan().ContainsAny(',', '"') ? $"\"{text.Replace("\"", "\"\"")}\"" : text;
}
