using NativeTrainer.Kernels;
using NativeTrainer.Kernels.Augmentation;
using NativeTrainer.Kernels.Devices;

namespace NativeTrainer.OpCases;

public static class AugmentationCases
{
    private static readonly float[] _mean = [0.485f, 0.456f, 0.406f], _std = [0.229f, 0.224f, 0.225f];

    private static readonly AugmentationParameters _whole = new(AffineMap.Identity);

    public static IEnumerable<OpCase> All
    {
        get
        {
            yield return new Single("identity", 19, 23, 19, _whole);
            yield return new Single("one pixel", 1, 1, 5, new(AffineMap.Scaling(0.2, 0.2)));
            yield return new Single("one output pixel", 9, 7, 1, new(AffineMap.Scaling(9, 7)));
            yield return new Single("flips", 17, 17, 17, new(new AffineMap(-1, 0, 17, 0, -1, 17)));
            yield return new Single("crop enlarged", 20, 31, 17, new(AffineMap.Scaling(0.37, 0.81).Then(AffineMap.Translation(3, 5))));
            yield return new Single("shrunk", 61, 47, 13, new(AffineMap.Scaling(61 / 13.0, 47 / 13.0)));
            yield return new Single("shrunk, mirrored", 40, 40, 13, new(new AffineMap(-40 / 13.0, 0, 40, 0, 40 / 13.0, 0)));
            yield return new Single("shifted out", 20, 20, 21, new(AffineMap.Translation(-7.25, 4.5)));
            yield return new Single("rotated", 30, 26, 21, new(AffineMap.Rotation(33).About(10.5, 10.5).Then(AffineMap.Translation(3, 2))));
            yield return new Single("rotated, shrunk", 70, 60, 17, new(AffineMap.Scaling(3.4, 3.1).Then(AffineMap.Rotation(-50).About(30, 30))));
            yield return new Single("sheared", 25, 25, 19, new(AffineMap.Shear(0.4, -0.2)));
            yield return new Single("brightness", 16, 16, 16, _whole with { Brightness = 1.3f });
            yield return new Single("contrast", 41, 41, 41, _whole with { Contrast = 1.6f });
            yield return new Single("contrast lowered", 9, 9, 9, _whole with { Contrast = 0.25f });
            yield return new Single("saturation", 16, 16, 16, _whole with { Saturation = 1.7f });
            yield return new Single("hue", 19, 19, 19, _whole with { Hue = 0.31f });
            yield return new Single("hue back", 19, 19, 19, _whole with { Hue = -0.44f });
            yield return new Single("gray", 15, 15, 15, _whole with { Gray = true });
            yield return new Single("blur", 21, 21, 21, _whole with { BlurSigma = 1.3f });
            yield return new Single("blur wider than the picture", 7, 7, 7, _whole with { BlurSigma = 5 });
            yield return new Single("erase", 18, 18, 18, _whole with { Erase = new(2, 3, 9, 18) });
            foreach (var (tone, amount) in new[]
            {
                (ToneOperation.Brightness, 0.4f), (ToneOperation.Contrast, 1.9f), (ToneOperation.Saturation, 0.1f), (ToneOperation.Sharpness, 1.99f), (ToneOperation.Sharpness, 0.01f),
                (ToneOperation.Posterize, 8), (ToneOperation.Posterize, 2), (ToneOperation.Solarize, 127.5f), (ToneOperation.Solarize, 255), (ToneOperation.AutoContrast, 0), (ToneOperation.Equalize, 0),
            }) yield return new Single($"{tone} {amount}", 33, 33, 33, _whole with { Tone = tone, ToneAmount = amount });
            var everything = new AugmentationParameters(AffineMap.Scaling(1.3, 1.2).Then(AffineMap.Rotation(12)).Then(AffineMap.Translation(2, 9)))
            {
                Tone = ToneOperation.Sharpness,
                ToneAmount = 1.5f,
                Brightness = 0.8f,
                Contrast = 1.2f,
                Saturation = 0.7f,
                Hue = 0.05f,
                BlurSigma = 0.8f,
                Erase = new(0, 0, 4, 5),
            };
            yield return new Augmented("batch", 21, [(30, 20), (21, 21), (5, 44), (28, 33)], [everything, _whole, everything with { Gray = true }, new(new AffineMap(-1.2, 0, 28, 0, 1.4, 1))]);
            yield return new Augmented("crop+flip 32×224²", 224, Repeat((341, 256)), Repeat(new AugmentationParameters(new AffineMap(-0.9, 0, 270, 0, 0.9, 20)))) { Timed = true };
            yield return new Augmented("everything 32×224²", 224, Repeat((341, 256)), Repeat(everything)) { Timed = true };
            yield return new Normalised(3, 17);
            yield return new Normalised(32, 224);
            yield return new Mixed(3, 9, [new(0, 2, 0.3f, default)]);
            yield return new Mixed(5, 16, [new(0, 4, 0.9f, new(3, 2, 16, 11)), new(1, 3, 1, default)]);
        }
    }

    private static T[] Repeat<T>(T value) => [.. Enumerable.Repeat(value, 32)];

    private static double Level(double uniform) => Math.Floor((uniform + 1) * 128);

    private sealed class Single(string name, int width, int height, int size, AugmentationParameters parameters) : Augmented(name, size, [(width, height)], [parameters]);

    private class Augmented(string name, int size, (int Width, int Height)[] sources, AugmentationParameters[] parameters) : OpCase
    {
        private SourceImages? _images;

        public bool Timed { get; init; }

        public override string Name => $"augment/{name}";

        public override bool Benchmark => Timed;

        public override IReadOnlyList<TensorSpec> Tensors =>
        [
            new("pixels", new((int)Offset(sources.Length) + 1), TensorRole.Input, DType.UInt8, (_, uniform) => Level(uniform)),
            new("y", new(sources.Length, size, size, 3), TensorRole.Output),
        ];

        public override OpPlan Plan(Device device) => Augment.Plan(device, sources.Length, size, _mean, _std);

        public override void Run(OpPlan plan, TensorView[] t, TensorView workspace)
        {
            // Tests share the case: each works on what it read or made.
            var images = _images;
            if (images is null || !ReferenceEquals(images.Pixels.Arena, t[0].Arena)) _images = images = Place(t[0]);
            ((Augment)plan).Run(images, parameters, t[1]);
        }

        private SourceImages Place(TensorView pixels)
        {
            var images = new SourceImages(pixels, sources.Length);
            for (int i = 0; i < sources.Length; i++) (images.Offsets[i], images.Widths[i], images.Heights[i]) = (Offset(i), sources[i].Width, sources[i].Height);
            return images;
        }

        public override void Reference(double[][] values, double[][] bounds)
        {
            int count = size * size * 3;
            for (int i = 0; i < sources.Length; i++)
            {
                var pixels = values[0].Skip((int)Offset(i)).Take((int)(Offset(i + 1) - Offset(i))).Select(v => (byte)v).ToArray();
                var y = AugmentationReference.Run(pixels, sources[i].Width, sources[i].Height, parameters[i], size, _mean, _std);
                double error = AugmentationErrors.Levels(pixels, sources[i].Width, sources[i].Height, parameters[i], size, _mean);
                y.CopyTo(values[1], i * count);
                for (int j = 0; j < count; j++) bounds[1][i * count + j] = AugmentationErrors.Normalised(error, y[j], _mean[j % 3], _std[j % 3]);
            }
        }

        private long Offset(int image) => sources.Take(image).Sum(s => (long)s.Width * s.Height * 3);
    }

    private sealed class Normalised(int n, int size) : OpCase
    {
        public override string Name => $"normalize/{n}×{size}²";

        public override bool Benchmark => size >= 224;

        public override IReadOnlyList<TensorSpec> Tensors =>
            [new("x", new(n, size, size, 3), TensorRole.Input, DType.UInt8, (_, uniform) => Level(uniform)), new("y", new(n, size, size, 3), TensorRole.Output)];

        public override OpPlan Plan(Device device) => Normalize.Plan(device, n, size, _mean, _std);

        public override void Run(OpPlan plan, TensorView[] t, TensorView workspace) => ((Normalize)plan).Run(t[0], t[1]);

        public override void Reference(double[][] values, double[][] bounds)
        {
            AugmentationReference.Normalise(values[0], _mean, _std).CopyTo(values[1], 0);
            for (int i = 0; i < values[1].Length; i++) bounds[1][i] = AugmentationErrors.Normalised(0, values[1][i], _mean[i % 3], _std[i % 3]);
        }
    }

    private sealed class Mixed(int n, int size, MixPair[] pairs) : OpCase
    {
        public override string Name => $"mix/{n}×{size}² {(pairs[0].Swap.IsEmpty ? "mixup" : "cutmix")}";

        public override IReadOnlyList<TensorSpec> Tensors => [new("y", new(n, size, size, 3), TensorRole.InOut)];

        public override OpPlan Plan(Device device) => MixPairs.Plan(device, n, size);

        public override void Run(OpPlan plan, TensorView[] t, TensorView workspace) => ((MixPairs)plan).Run(t[0], pairs, pairs.Length);

        public override void Reference(double[][] values, double[][] bounds)
        {
            var before = (double[])values[0].Clone();
            int floats = size * size * 3;
            foreach (var pair in pairs)
            {
                foreach (var (self, other) in new[] { (pair.First, pair.Second), (pair.Second, pair.First) })
                {
                    for (int i = 0; i < floats; i++)
                    {
                        double mine = before[self * floats + i], theirs = before[other * floats + i];
                        bool swapped = pair.Swap.Contains(i / 3 % size, i / 3 / size);
                        values[0][self * floats + i] = pair.Swap.IsEmpty ? pair.Lambda * mine + (1 - (double)pair.Lambda) * theirs : swapped ? theirs : mine;
                        // 1 − λ, two products and their sum.
                        if (pair.Swap.IsEmpty) bounds[0][self * floats + i] = Tolerance.Roundings(3, Math.Abs(mine) + Math.Abs(theirs));
                    }
                }
            }
        }
    }
}
