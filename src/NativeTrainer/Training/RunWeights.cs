using NativeTrainer.Imaging;

namespace NativeTrainer.Training;

/// <summary>A run's weights and validation pictures, from its folder.</summary>
internal static class RunWeights
{
    private const string BestWeights = "best.safetensors", Split = "split.csv";

    /// <summary>A file as it is; of a run folder, its best weights.</summary>
    /// <exception cref="UserException">The folder has none.</exception>
    public static string Best(string path)
    {
        if (!Directory.Exists(path)) return path;
        string best = Path.Combine(path, BestWeights);
        return File.Exists(best) ? best : throw new UserException($"{path}: has no {BestWeights}; give a weights file, or the folder of a run that finished an epoch");
    }

    /// <summary>What the run validated on whose folder a weights file lies in; null where it lies in none.</summary>
    /// <exception cref="UserException">The run's data is not there any more.</exception>
    public static DatasetSplit? Validation(string weights, IReadOnlyList<string>? labels)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(weights))!, options = Path.Combine(folder, TrainOptionsFile.Name), split = Path.Combine(folder, Split);
        if (!File.Exists(options)) return null;
        if (File.Exists(split)) return DatasetIndex.OpenSplit(split, SplitName.Val, labels);
        var run = TrainOptionsFile.Load(options);
        return DatasetIndex.OpenSplit(run.Data, null, labels, run.CropBoxes);
    }
}
