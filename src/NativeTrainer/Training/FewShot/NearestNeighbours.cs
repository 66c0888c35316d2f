using System.Globalization;
using NativeTrainer.Advice.Probes;
using NativeTrainer.Models;

namespace NativeTrainer.Training.FewShot;

/// <summary>The vote of the nearest images (<see cref="NeighbourHead"/>) for several numbers of them; what is left out has no vote.</summary>
internal static class NearestNeighbours
{
    private static readonly int[] Counts = [1, 3, 5, 10, 20];

    /// <summary>Neighbours looked at beyond those that vote, for some of them may be left out too.</summary>
    private const int MostSkipped = 44;

    public static IEnumerable<FewShotCandidate> Of(FewShotSamples samples)
    {
        int k = samples.Classes;
        var nearest = KNearest.LeaveOneOut(samples.Features, Counts[^1] + Math.Min(k, MostSkipped), samples.Products);
        foreach (int count in Counts)
        {
            if (count > 1 && count > samples.Count - samples.Turns.Select(turn => turn.Length).DefaultIfEmpty().Max()) yield break;
            var leftOut = new double[samples.Count * k];
            foreach (int[] turn in samples.Turns)
            {
                foreach (int sample in turn)
                {
                    int[] voting = [.. Enumerable.Range(sample * nearest.K, nearest.K).Where(i => !turn.Contains(nearest.Indices[i])).Take(count)];
                    NeighbourHead.Vote([.. voting.Select(i => nearest.Cosines[i])], [.. voting.Select(i => nearest.Indices[i])], samples.Labels, leftOut.AsSpan(sample * k, k));
                }
            }
            yield return new FewShotCandidate(FewShotHeadKind.Knn, string.Create(CultureInfo.InvariantCulture, $"k = {count}"), leftOut,
                () => new FewShotHead { Neighbours = new NeighbourHead(new NeighbourSpec { Count = count, Images = samples.Count }, k, samples.Features.Normalised().Values, samples.Labels) });
        }
    }
}
