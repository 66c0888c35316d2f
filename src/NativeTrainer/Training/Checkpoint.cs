using System.Globalization;
using NativeTrainer.Graph;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Weights;

namespace NativeTrainer.Training;

/// <summary>Where a run stands: the next batch is <see cref="Batch"/> of <see cref="Epoch"/> of <see cref="Stage"/>, all counted from 0.</summary>
internal sealed record TrainingPosition
{
    public int Stage { get; init; }

    /// <summary>Within the stage.</summary>
    public int Epoch { get; init; }

    public int Batch { get; init; }

    /// <summary>Epochs finished in all stages.</summary>
    public int EpochsDone { get; init; }

    /// <summary>Batches run in all stages.</summary>
    public int StepsDone { get; init; }

    /// <summary>Sum of the losses of this epoch's batches.</summary>
    public double LossSum { get; init; }

    public int BestEpoch { get; init; }

    public double BestValue { get; init; } = double.NegativeInfinity;

    /// <summary>Epochs since the best.</summary>
    public int Stale { get; init; }
}

/// <summary>
/// All that a run needs to go on bit for bit, in one safetensors file: parameters and buffers as they lie in memory, optimizer state, position.
/// Random numbers have no state beyond the seed and the position.
/// </summary>
internal static class Checkpoint
{
    public const string FileName = "state.safetensors";

    private const string DataKey = "data", MeanTensor = "mean", MeanKey = "meanCount";

    /// <param name="mean">Of the last epochs' weights, where they are averaged.</param>
    /// <param name="data">Fingerprint of the data set: a resumed run must see the same images.</param>
    public static void Save(string folder, Device device, ParameterSet parameters, Optimizer? optimizer, WeightMean? mean, TrainingPosition at, string data)
    {
        var tensors = new List<TensorData> { Read(device, "parameters", parameters.FlatWithBuffers) };
        if (optimizer is not null) tensors.AddRange(optimizer.State.Select(state => Read(device, state.Name, state.Data)));
        if (mean is { Count: > 0 }) tensors.Add(Read(device, MeanTensor, mean.Weights));
        var metadata = new Dictionary<string, string>
        {
            ["stage"] = Text(at.Stage),
            ["epoch"] = Text(at.Epoch),
            ["batch"] = Text(at.Batch),
            ["epochsDone"] = Text(at.EpochsDone),
            ["stepsDone"] = Text(at.StepsDone),
            ["lossSum"] = Text(at.LossSum),
            ["bestEpoch"] = Text(at.BestEpoch),
            ["bestValue"] = Text(at.BestValue),
            ["stale"] = Text(at.Stale),
            ["optimizerSteps"] = Text(optimizer?.Steps ?? 0),
            [MeanKey] = Text(mean?.Count ?? 0),
            [DataKey] = data,
        };
        SafeTensors.Write(Path.Combine(folder, FileName), tensors, metadata);
    }

    /// <summary>The run's checkpoint; null where it was stopped before the first.</summary>
    public static SafeTensors? Open(string folder)
    {
        string path = Path.Combine(folder, FileName);
        return File.Exists(path) ? SafeTensors.Open(path) : null;
    }

    /// <exception cref="UserException">The data set is not what it was when the checkpoint was written.</exception>
    public static void RequireSameData(SafeTensors file, string shown, string data)
    {
        if (file.Metadata.GetValueOrDefault(DataKey) != data)
            throw new UserException($"{shown}: files were added, removed or changed since {file.FilePath} was written, so the run cannot go on as it began; restore them, or start a new run");
    }

    public static TrainingPosition Position(SafeTensors file)
    {
        double Number(string key) => file.Metadata.TryGetValue(key, out var text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
            ? value : throw new UserException($"{file.FilePath}: '{key}' is missing or no number; the file is no checkpoint of this program");
        return new TrainingPosition
        {
            Stage = (int)Number("stage"),
            Epoch = (int)Number("epoch"),
            Batch = (int)Number("batch"),
            EpochsDone = (int)Number("epochsDone"),
            StepsDone = (int)Number("stepsDone"),
            LossSum = Number("lossSum"),
            BestEpoch = (int)Number("bestEpoch"),
            BestValue = Number("bestValue"),
            Stale = (int)Number("stale"),
        };
    }

    public static void LoadParameters(SafeTensors file, Device device, ParameterSet parameters) => Write(file, "parameters", device, parameters.FlatWithBuffers);

    public static void LoadOptimizer(SafeTensors file, Device device, Optimizer optimizer)
    {
        foreach (var (name, state) in optimizer.State) Write(file, name, device, state);
        optimizer.Steps = int.Parse(file.Metadata["optimizerSteps"], CultureInfo.InvariantCulture);
    }

    public static void LoadMean(SafeTensors file, Device device, WeightMean mean)
    {
        if (!int.TryParse(file.Metadata.GetValueOrDefault(MeanKey), NumberStyles.None, CultureInfo.InvariantCulture, out int count) || count == 0) return;
        Write(file, MeanTensor, device, mean.Weights);
        mean.Count = count;
    }

    private static TensorData Read(Device device, string name, TensorView view)
    {
        var values = new float[view.Count];
        device.Download<float>(view, values);
        return SafeTensors.FromFloat32(name, [values.Length], values);
    }

    private static void Write(SafeTensors file, string name, Device device, TensorView view)
    {
        if (!file.Contains(name) || file[name].Count != view.Count)
            throw new UserException($"{file.FilePath}: '{name}' does not fit the model of this run; was options.json changed?");
        device.Upload<float>(file.ReadFloat32(name), view);
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
