namespace NativeTrainer.Imaging;

/// <summary>
/// Random numbers as pure functions of (key, counter): output number <c>counter</c> of SplitMix64 seeded with <c>key</c>
/// (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014). For orders and splits; pixels have their own generator.
/// </summary>
internal static class SplitMix
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    public static ulong At(ulong key, ulong counter) => Mix(key + (counter + 1) * Golden);

    /// <summary>A key for one purpose, so that streams of neighbouring seeds or purposes do not overlap.</summary>
    public static ulong Key(ulong seed, ulong first, ulong second = 0) => At(At(At(seed, 0) ^ first, 1) ^ second, 2);

    /// <summary>A whole number on [0, count), bias below count · 2⁻⁶⁴.</summary>
    public static int Below(ulong key, ulong counter, int count) => (int)Math.BigMul(At(key, counter), (ulong)count, out _);

    /// <summary>A hash of text that is the same on every machine: FNV-1a over UTF-16 units, then mixed with the seed.</summary>
    public static ulong Hash(ulong seed, string text)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (char unit in text) hash = (hash ^ unit) * 0x100000001B3;
        return Mix(hash ^ Mix(seed + Golden));
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
