using NativeTrainer.Advice.Splits;
using NativeTrainer.Imaging;

namespace NativeTrainer.Cli.Output;

internal sealed record SplitMoveJson(string Path, string From, string To, string Group);

internal sealed record SplitClassJson(string Class, int Train, int Val, int Test);

internal sealed record SplitJson(string Output, bool Mended, SplitMoveJson[] Moves, int CopyGroups, int Series, SplitClassJson[] Classes)
{
    public static SplitJson Of(LeakFreeSplitResult result, string file)
    {
        var manifest = result.Manifest;
        return new(file, result.Mended,
            [.. result.Moves.Select(move => new SplitMoveJson(manifest.Samples[move.Index].Path, Word(move.From), Word(move.To), move.Group))],
            result.Duplicates.Groups.Count, result.Series.Count,
            [.. manifest.Classes.Select((name, c) => new SplitClassJson(name, manifest.Count(SplitName.Train, c), manifest.Count(SplitName.Val, c), manifest.Count(SplitName.Test, c)))]);
    }

    private static string Word(SplitName split) => split.ToString().ToLowerInvariant();
}
