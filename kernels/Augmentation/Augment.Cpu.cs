using System.Diagnostics;
using NativeTrainer.Kernels.Augmentation.Cpu;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.Kernels.Augmentation;

/// <summary>
/// One chunk per picture. Sampling makes rows of RGBx (four floats a pixel, scale 0 … 255). Without colour work a row is normalised straight into y;
/// else it is split into planes, which the colour steps change in place.
/// </summary>
internal sealed unsafe class AugmentCpu(CpuDevice device, int n, int size, ChannelScale channels) : Augment
{
    public override string Variant => "augment_planes";

    public override void Run(SourceImages sources, AugmentationParameters[] parameters, TensorView y)
    {
        Debug.Assert(sources.Count >= n && parameters.Length >= n && y.Count == (long)n * size * size * 3);
        long bytes = 0;
        for (int i = 0; i < n; i++) bytes = Math.Max(bytes, SampleScratch.Bytes(size, new Resampling(parameters[i].Map, sources.Widths[i], sources.Heights[i])));
        device.Team.ReserveScratch(bytes);
        byte** scratch = stackalloc byte*[device.Threads];
        for (int worker = 0; worker < device.Threads; worker++) scratch[worker] = device.Team.Scratch(worker);
        fixed (long* offsets = sources.Offsets)
        fixed (int* widths = sources.Widths, heights = sources.Heights)
        fixed (AugmentationParameters* list = parameters)
        {
            device.Team.For(n, new Body(scratch, sources.Pixels.UInt8, offsets, widths, heights, list, y.Float32, size, channels));
        }
    }

    private readonly struct Body(
        byte** scratch, byte* pixels, long* offsets, int* widths, int* heights, AugmentationParameters* parameters, float* y, int size, ChannelScale channels) : IChunkBody
    {
        public void Run(int chunk, int worker)
        {
            var source = new SourcePixels(pixels + offsets[chunk], widths[chunk], heights[chunk]);
            var resampling = new Resampling(parameters[chunk].Map, source.Width, source.Height);
            var memory = new SampleScratch(scratch[worker], size, resampling);
            float* output = y + (long)chunk * size * size * 3;
            bool direct = !parameters[chunk].TouchesColour;
            if (resampling.AxisAligned) SeparableResampler.Run(source, resampling, memory, channels, direct ? output : null);
            else AffineResampler.Run(source, resampling, memory, channels, direct ? output : null);
            if (direct) return;
            ColourSteps(parameters[chunk], memory);
            PixelRows.NormalisePlanes(memory, channels, output);
        }

        private void ColourSteps(in AugmentationParameters p, in SampleScratch memory)
        {
            ToneSteps.Apply(p.Tone, p.ToneAmount, memory);
            if (p.Brightness != 1) ColourFactors.Brightness(memory, p.Brightness);
            if (p.Contrast != 1) ColourFactors.Contrast(memory, p.Contrast);
            if (p.Saturation != 1) ColourFactors.Saturation(memory, p.Saturation);
            if (p.Hue != 0) HueTurn.Apply(memory, p.Hue);
            if (p.Gray) ColourFactors.Gray(memory);
            if (p.BlurSigma > 0) GaussianBlur.Apply(memory, p.BlurSigma);
            PixelRows.Fill(memory, p.Erase, channels);
        }
    }
}
