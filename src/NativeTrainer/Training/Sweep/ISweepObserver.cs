namespace NativeTrainer.Training.Sweep;

/// <summary>Listens to a sweep. All calls come from its thread.</summary>
public interface ISweepObserver
{
    void OnNote(string note) { }

    /// <summary>What is planned, after the probe.</summary>
    void OnPlan(SweepRecord record) { }

    /// <summary>A run begins.</summary>
    /// <param name="fold">From 1.</param>
    /// <param name="spentSeconds">Of the sweep so far.</param>
    void OnRun(SweepTrial trial, int fold, int folds, double spentSeconds) { }

    /// <summary>An epoch of the run that is under way.</summary>
    void OnEpoch(SweepTrial trial, EpochReport epoch) { }

    /// <summary>An arm has been judged at one length, or was left out.</summary>
    void OnTrial(SweepTrial trial) { }
}
