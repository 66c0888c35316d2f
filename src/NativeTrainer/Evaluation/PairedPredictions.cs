using NativeTrainer.Imaging;

namespace NativeTrainer.Evaluation;

/// <summary>Brings two sets of predictions to the same samples in the same order: by name where both have names, else row by row.</summary>
public static class PairedPredictions
{
    /// <param name="firstFile">For messages.</param>
    /// <exception cref="UserException">They are not of the same samples, or disagree about a label.</exception>
    public static (PredictionSet First, PredictionSet Second) Join(string firstFile, PredictionSet first, string secondFile, PredictionSet second)
    {
        if (first.Count != second.Count) throw new UserException($"{firstFile} has {first.Count} labelled samples, {secondFile} {second.Count}. Paired tests need predictions of the same samples.");
        if (first.Count == 0) throw new UserException($"{firstFile}: has a header but no rows. There is nothing to compare.");
        string[] classes = [.. first.Classes.Concat(second.Classes.Except(first.Classes))];
        if (first.Probabilities is not null && second.Probabilities is not null && !first.Classes.Order(StringComparer.Ordinal).SequenceEqual(second.Classes.Order(StringComparer.Ordinal)))
            throw new UserException($"{secondFile}: its classes are not those of {firstFile} (such as {first.Classes.Except(second.Classes).Concat(second.Classes.Except(first.Classes)).First()}). Paired tests need the same classes.");
        int[] order = Order(firstFile, first, secondFile, second);
        var (a, b) = (Turn(first, classes, [.. Enumerable.Range(0, first.Count)]), Turn(second, classes, order));
        for (int n = 0; n < a.Count; n++)
        {
            if (a.Labels[n] == b.Labels[n]) continue;
            string sample = a.Names is { } names ? names[n] : $"sample {n + 1}";
            throw new UserException($"{secondFile}: the label of {sample} is '{classes[b.Labels[n]]}', and '{classes[a.Labels[n]]}' in {firstFile}. Paired tests need the same samples{(a.Names is null ? " in the same order" : "")}.");
        }
        return (a, b);
    }

    private static int[] Order(string firstFile, PredictionSet first, string secondFile, PredictionSet second)
    {
        if (first.Names is null || second.Names is null) return [.. Enumerable.Range(0, first.Count)];
        var index = new Dictionary<string, int>(second.Count);
        for (int n = 0; n < second.Count; n++)
            if (!index.TryAdd(second.Names[n], n)) throw new UserException($"{secondFile}: has the sample {second.Names[n]} twice. Samples are paired by name.");
        var order = new int[first.Count];
        for (int n = 0; n < order.Length; n++)
            order[n] = index.Remove(first.Names[n], out int at) ? at : throw new UserException($"{secondFile}: lacks the sample {first.Names[n]} of {firstFile}, or that has it twice. Paired tests need predictions of the same samples.");
        return order;
    }

    private static PredictionSet Turn(PredictionSet set, string[] classes, int[] order)
    {
        int[] place = [.. set.Classes.Select(name => Array.IndexOf(classes, name))];
        float[]? probabilities = null;
        if (set.Probabilities is { } old)
        {
            probabilities = new float[order.Length * classes.Length];
            for (int n = 0; n < order.Length; n++)
                for (int c = 0; c < place.Length; c++) probabilities[n * classes.Length + place[c]] = old[order[n] * place.Length + c];
        }
        return set with
        {
            Classes = classes,
            Labels = [.. order.Select(n => place[set.Labels[n]])],
            Predicted = [.. order.Select(n => place[set.Predicted[n]])],
            Probabilities = probabilities,
            Names = set.Names is { } names ? [.. order.Select(n => names[n])] : null,
        };
    }
}
