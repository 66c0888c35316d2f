namespace NativeTrainer.Kernels.CrossEntropy;

/// <summary>A loss of logits against target probabilities: of each row, their mean over the batch, and its gradient. What weights mean, and what the mean divides by, each loss says for itself.</summary>
public abstract class CrossEntropy : OpPlan
{
    /// <param name="logits">(N, K).</param>
    /// <param name="targets">(N, K), 0 to 1.</param>
    /// <param name="weights">(K), not negative; optional.</param>
    /// <param name="losses">(N).</param>
    /// <param name="meanLoss">(1).</param>
    /// <param name="workspace">As the plan asks.</param>
    public abstract void Forward(TensorView logits, TensorView targets, TensorView weights, TensorView losses, TensorView meanLoss, TensorView workspace);

    /// <summary>dlogits = d(<paramref name="scale"/>·meanLoss)/dlogits, overwritten; it may share the logits' memory.</summary>
    public abstract void Backward(TensorView logits, TensorView targets, TensorView weights, float scale, TensorView dlogits);
}

/// <summary>Probabilities of logits. For evaluation: it has no backward.</summary>
public abstract class Probabilities : OpPlan
{
    /// <summary>Both (N, K); they may share memory.</summary>
    public abstract void Forward(TensorView logits, TensorView probabilities);
}
