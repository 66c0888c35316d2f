using NativeTrainer.Graph;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Models;
using NativeTrainer.Weights;

namespace NativeTrainer.Training;

/// <summary>A network whose logits a run learns from beside the labels. It sees each batch as the student does: augmented, mixed, at the student's size.</summary>
internal sealed class Teacher : IDisposable
{
    private readonly ResNet _model;
    private readonly StepGraph _graph;
    private readonly Value _input, _logits;
    private readonly Arena _arena;
    private readonly RunContext _context = new();
    private readonly RepeatedWork _forward;

    private Teacher(ResNet model, int size, int batch)
    {
        _model = model;
        var builder = new GraphBuilder(model.Device, GraphMode.Inference, model.Precision);
        _input = builder.Input("x", new Shape(batch, size, size, model.Spec.InputChannels));
        _logits = model.Logits(builder, model.Features(builder, _input));
        _graph = builder.Build([_logits]);
        _arena = model.Device.Allocate(_graph.ArenaBytes);
        _graph.Bind(_arena);
        _forward = new(() => _graph.Forward(_context));
        model.Parameters.RefreshCopies();
        _graph.Prepare();
    }

    /// <summary>Device memory that it takes.</summary>
    public long Bytes => _arena.Bytes + _model.Parameters.FlatWithBuffers.Bytes + _model.Parameters.CopyBytes;

    /// <param name="classes">Of the data, in the student's order.</param>
    /// <exception cref="UserException">It cannot teach these classes, or takes pictures that are normalised otherwise.</exception>
    public static Teacher Open(string path, ResNet student, IReadOnlyList<string> classes, int size, int batch, PrecisionChoice precision)
    {
        var weights = ColourInput.Of(path, ModelFile.Load(path));
        if (weights.Labels is null) throw new UserException($"--teacher {path}: does not say which classes it knows; name them with 'convert --labels'");
        if (!weights.Labels.SequenceEqual(classes))
            throw new UserException($"--teacher {path}: knows the classes {Listed(weights.Labels)}, the data has {Listed(classes)}; a teacher is trained on the same classes");
        Preprocessing own = weights.Spec.Preprocessing, other = student.Spec.Preprocessing;
        if (!own.Mean.SequenceEqual(other.Mean) || !own.Std.SequenceEqual(other.Std))
            throw new UserException($"--teacher {path}: takes pictures of another mean and std than the weights that learn; both see the same pictures, so take weights that agree");
        var model = ModelTransfer.Load(path, weights, student.Device, precision);
        if (size >= model.Reduction) return new Teacher(model, size, batch);
        model.Dispose();
        throw new UserException($"--teacher {path}: shrinks its input {model.Reduction} times, the run's pictures have {size} pixels; give --size {model.Reduction} or more");
    }

    /// <summary>Its logits for the pictures that lie in a step's input.</summary>
    public void Teach(TrainStep step)
    {
        _model.Device.Copy(step.Input, _input.Data);
        _model.Device.Repeat(_forward);
        _model.Device.Copy(_logits.Data, step.TeacherLogits);
    }

    public void Dispose()
    {
        _forward.Dispose();
        _arena.Dispose();
        _model.Dispose();
    }

    private static string Listed(IReadOnlyList<string> names) => string.Join(", ", names.Take(8)) + (names.Count > 8 ? $" … ({names.Count})" : "");
}

/// <summary>A feeder that has each batch judged by a teacher.</summary>
internal sealed class TaughtFeeder(IBatchFeeder feeder, Teacher teacher) : IBatchFeeder
{
    public int BatchesPerEpoch => feeder.BatchesPerEpoch;

    public void Start(int epoch, int firstBatch) => feeder.Start(epoch, firstBatch);

    public void Next(TrainStep step)
    {
        feeder.Next(step);
        teacher.Teach(step);
    }

    public void Dispose() => feeder.Dispose();
}
