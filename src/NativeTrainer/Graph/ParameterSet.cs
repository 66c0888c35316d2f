using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Devices;
using NativeTrainer.Kernels.Elementwise;

namespace NativeTrainer.Graph;

/// <summary>
/// All parameters and buffers of a model in one flat arena, in the network's order: parameters first, then buffers. Gradients take a
/// second arena that covers the range from the first to the last trainable parameter.
/// </summary>
public sealed class ParameterSet : IDisposable
{
    private readonly List<Parameter> _parameters = [];
    private readonly List<Parameter> _buffers = [];
    private Arena? _arena;
    private Arena? _gradients;
    private Arena? _copies;
    private Cast? _cast;

    public IReadOnlyList<Parameter> Parameters => _parameters;

    public IReadOnlyList<Parameter> Buffers => _buffers;

    public IEnumerable<Parameter> All => _parameters.Concat(_buffers);

    /// <summary>Number of values that can be trained.</summary>
    public long Count => _parameters.Sum(p => p.Shape.Count);

    public long TrainableCount => _parameters.Where(p => p.Trainable).Sum(p => p.Shape.Count);

    /// <summary>All parameters as one flat tensor, with the gaps that alignment leaves (always zero).</summary>
    public TensorView Flat { get; private set; }

    /// <summary>Parameters and buffers as one flat tensor.</summary>
    public TensorView FlatWithBuffers { get; private set; }

    /// <summary>All buffers as one flat tensor, behind <see cref="Flat"/>; none where there are none.</summary>
    public TensorView FlatBuffers { get; private set; }

    /// <summary>The part of <see cref="Flat"/> from the first to the last trainable parameter; none where nothing is trained.</summary>
    public TensorView FlatTrainable { get; private set; }

    /// <summary>Gradients, element for element beside <see cref="FlatTrainable"/>; none before <see cref="AllocateGradients"/>.</summary>
    public TensorView FlatGradient { get; private set; }

    /// <summary>First element of <see cref="FlatTrainable"/> in <see cref="Flat"/>.</summary>
    public long TrainableStart { get; private set; }

    public Parameter Add(string name, Shape shape) => Add(_parameters, name, shape, false);

    public Parameter AddBuffer(string name, Shape shape) => Add(_buffers, name, shape, true);

    /// <summary>Gives every parameter and buffer its place on the device. Once.</summary>
    /// <param name="precision">BFloat16 keeps a copy of the parameters in that type; <see cref="RefreshCopies"/> brings it up to date.</param>
    public void Allocate(Device device, Precision precision = Precision.Float32)
    {
        if (_arena is not null) throw new InvalidOperationException("the parameters have their memory already");
        long parameters = Place(_parameters, 0), total = Place(_buffers, parameters);
        _arena = device.Allocate(total * sizeof(float));
        foreach (var p in All) p.Data = p.Multiplied = _arena.View(p.Start * sizeof(float), p.Shape);
        Flat = _arena.View(0, new Shape(checked((int)parameters)));
        FlatWithBuffers = _arena.View(0, new Shape(checked((int)total)));
        if (total > parameters) FlatBuffers = _arena.View(parameters * sizeof(float), new Shape(checked((int)(total - parameters))));
        if (precision != Precision.BFloat16) return;
        _cast = Cast.Plan(device, parameters);
        _copies = device.Allocate(parameters * DType.BFloat16.SizeInBytes());
        foreach (var p in _parameters) p.Multiplied = _copies.View(p.Start * DType.BFloat16.SizeInBytes(), p.Shape, DType.BFloat16);
    }

    /// <summary>Bytes of the copy in another precision.</summary>
    public long CopyBytes => _copies?.Bytes ?? 0;

    /// <summary>After the parameters changed, before they are multiplied with: in bfloat16 the copy follows, else there is nothing to do.</summary>
    public void RefreshCopies() => _cast?.Run(Flat, _copies!.View(0, Flat.Shape, DType.BFloat16));

    /// <summary>Marks what is trained from now on, so that graphs can be built and planned. Gradients come with <see cref="AllocateGradients"/>.</summary>
    public void SetTrainable(Func<Parameter, bool> trained)
    {
        _gradients?.Dispose();
        _gradients = null;
        FlatTrainable = FlatGradient = default;
        foreach (var p in _parameters) (p.Trainable, p.Gradient) = (trained(p), default);
        if (_parameters.FirstOrDefault(p => p.Trainable) is not { } first) return;
        var last = _parameters.Last(p => p.Trainable);
        TrainableStart = first.Start;
        FlatTrainable = Flat.Slice(TrainableStart, new Shape(checked((int)(last.Start + last.Shape.Count - first.Start))));
    }

    /// <summary>Gives the trainable parameters their gradient memory.</summary>
    public void AllocateGradients()
    {
        if (FlatTrainable.IsNone) return;
        _gradients = _arena!.Device.Allocate(FlatTrainable.Bytes);
        FlatGradient = _gradients.View(0, FlatTrainable.Shape);
        foreach (var p in _parameters.Where(p => p.Trainable)) p.Gradient = FlatGradient.Slice(p.Start - TrainableStart, p.Shape);
    }

    public void Dispose()
    {
        _gradients?.Dispose();
        _copies?.Dispose();
        _arena?.Dispose();
    }

    private static Parameter Add(List<Parameter> list, string name, Shape shape, bool isBuffer)
    {
        var parameter = new Parameter(name, shape, isBuffer);
        list.Add(parameter);
        return parameter;
    }

    private static long Place(List<Parameter> list, long start)
    {
        foreach (var p in list)
        {
            p.Start = start;
            start += Arena.Align(p.Shape.Count * sizeof(float)) / sizeof(float);
        }
        return start;
    }
}
