using System.Diagnostics;
using System.Runtime.InteropServices;
using ILGPU;
using NativeTrainer.Kernels.Augmentation.Cpu;
using NativeTrainer.Kernels.Augmentation.Gpu;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Augmentation;

/// <summary>
/// A thread per output pixel. Pictures without colour work are done after sampling; the rest pass through those steps that some picture of the batch needs,
/// y being the picture between steps. What each picture wants goes up as a table, so every kernel is launched once for all pictures.
/// </summary>
internal sealed class AugmentGpu : Augment
{
    private readonly GpuDevice _device;
    private readonly int _n, _size;
    private readonly ChannelScale _channels;
    private readonly GpuKernel<AugmentArguments> _axes, _sample, _toneSums, _sharpen, _takeSharpened, _tone, _gray, _factors, _blurRows, _blurColumns;
    private readonly Picture[] _pictures;
    private readonly List<float> _blurWeights = [];
    private readonly GrowingArena _table, _starts, _weights, _blurs, _tones, _grays, _spare;

    public AugmentGpu(GpuDevice device, int n, int size, ChannelScale channels)
    {
        (_device, _n, _size, _channels, _pictures) = (device, n, size, channels, new Picture[n]);
        _axes = device.Load<AugmentArguments>(SampleSimt.Axes, SampleSimt.AxisThreads);
        _sample = device.Load<AugmentArguments>(SampleSimt.Sample, PixelPlace.Threads);
        _toneSums = device.Load<AugmentArguments>(PictureSums.Tone, PictureSums.Threads);
        _sharpen = device.Load<AugmentArguments>(NeighbourSimt.Sharpen, PixelPlace.Threads);
        _takeSharpened = device.Load<AugmentArguments>(NeighbourSimt.TakeSharpened, PixelPlace.Threads);
        _tone = device.Load<AugmentArguments>(ColourSimt.Tone, PixelPlace.Threads);
        _gray = device.Load<AugmentArguments>(PictureSums.Gray, PictureSums.Threads);
        _factors = device.Load<AugmentArguments>(ColourSimt.Factors, PixelPlace.Threads);
        _blurRows = device.Load<AugmentArguments>(NeighbourSimt.BlurRows, PixelPlace.Threads);
        _blurColumns = device.Load<AugmentArguments>(NeighbourSimt.BlurColumns, PixelPlace.Threads);
        (_table, _starts, _weights, _blurs, _tones, _grays, _spare) = (new(device), new(device), new(device), new(device), new(device), new(device), new(device));
    }

    public override string Variant => "augment_simt";

    public override void Run(SourceImages sources, AugmentationParameters[] parameters, TensorView y)
    {
        Debug.Assert(sources.Count >= _n && parameters.Length >= _n && y.Count == (long)_n * _size * _size * 3);
        var needs = Describe(sources, parameters, out long weights);
        var arguments = new AugmentArguments
        {
            Pictures = _table.Elements<Picture>(_n),
            Pixels = sources.Pixels.GpuUInt8,
            Starts = _starts.Elements<int>(2L * _n * _size),
            Weights = _weights.Elements<float>(weights),
            BlurWeights = _blurs.Elements<float>(_blurWeights.Count),
            Tones = _tones.Elements<float>(needs.ToneSums ? (long)_n * PictureSums.ToneFloats : 0),
            Grays = _grays.Elements<float>(needs.Gray ? _n : 0),
            Y = y.GpuFloat32,
            Spare = _spare.Elements<float>(needs.Sharpen || needs.Blur ? y.Count : 0),
            Size = _size,
            Channels = _channels,
        };
        _device.Upload<Picture>(_pictures, _table.View);
        if (needs.Blur) _device.Upload<float>(CollectionsMarshal.AsSpan(_blurWeights), _blurs.View);
        Launch(needs, arguments);
    }

    public override void Dispose()
    {
        foreach (var arena in (GrowingArena[])[_table, _starts, _weights, _blurs, _tones, _grays, _spare]) arena.Dispose();
    }

    private void Launch(in Needs needs, in AugmentArguments arguments)
    {
        var pixels = new Index3D(Chunks.Count(_size * _size, PixelPlace.Threads), 1, _n);
        if (needs.Axes) _axes.Launch(new Index3D(Chunks.Count(_size, SampleSimt.AxisThreads), 2, _n), arguments);
        _sample.Launch(pixels, arguments);
        if (needs.Sharpen)
        {
            _sharpen.Launch(pixels, arguments);
            _takeSharpened.Launch(pixels, arguments);
        }
        if (needs.ToneSums) _toneSums.Launch(_n, arguments);
        if (needs.Tone) _tone.Launch(pixels, arguments);
        if (needs.Gray) _gray.Launch(_n, arguments);
        if (needs.Factors) _factors.Launch(pixels, arguments);
        if (!needs.Blur) return;
        _blurRows.Launch(pixels, arguments);
        _blurColumns.Launch(pixels, arguments);
    }

    /// <summary>Fills the table and the blurs' weights.</summary>
    private Needs Describe(SourceImages sources, AugmentationParameters[] parameters, out long weights)
    {
        var needs = default(Needs);
        weights = 0;
        _blurWeights.Clear();
        for (int i = 0; i < _n; i++)
        {
            ref readonly var p = ref parameters[i];
            var picture = Picture.Of(p, sources.Offsets[i], sources.Widths[i], sources.Heights[i]);
            if (picture.AxisAligned != 0)
            {
                (picture.WeightsX, picture.WeightsY) = (weights, weights + (long)_size * picture.TapsX);
                weights = picture.WeightsY + (long)_size * picture.TapsY;
                needs.Axes = true;
            }
            if (p.BlurSigma > 0)
            {
                int radius = GaussianBlur.Radius(p.BlurSigma, _size);
                // A picture of one pixel has nothing to mix: it stays.
                (picture.BlurRadius, picture.BlurWeights) = (radius, _blurWeights.Count);
                if (radius > 0)
                {
                    CollectionsMarshal.SetCount(_blurWeights, _blurWeights.Count + 2 * radius + 1);
                    GaussianBlur.BuildWeights(p.BlurSigma, radius, CollectionsMarshal.AsSpan(_blurWeights)[picture.BlurWeights..]);
                }
            }
            needs.Sharpen |= p.Tone == ToneOperation.Sharpness;
            needs.Tone |= p.Tone is not (ToneOperation.None or ToneOperation.Sharpness);
            needs.ToneSums |= p.Tone is ToneOperation.Contrast or ToneOperation.AutoContrast or ToneOperation.Equalize;
            needs.Gray |= p.Contrast != 1;
            needs.Factors |= picture.Direct == 0;
            needs.Blur |= picture.BlurRadius > 0;
            _pictures[i] = picture;
        }
        return needs;
    }

    /// <summary>Which steps some picture of the batch takes.</summary>
    private struct Needs
    {
        public bool Axes, Sharpen, Tone, ToneSums, Gray, Factors, Blur;
    }
}
