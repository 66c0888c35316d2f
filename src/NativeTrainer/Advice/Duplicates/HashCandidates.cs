using System.Numerics;
using NativeTrainer.Imaging;

namespace NativeTrainer.Advice.Duplicates;

/// <summary>
/// Pictures whose perceptual hashes are near, by multi-index hashing (Norouzi, Punjani and Fleet, "Fast exact search in Hamming space with multi-index
/// hashing", TPAMI 2014): the bits are cut into bands, and only pictures that agree in all bits of a band are compared. Bands grow with the number of
/// pictures, so that a bucket holds about two of them; looked up are the hashes of cropped, turned and mirrored versions, too. Cost and memory grow as n log n.
/// </summary>
internal sealed class HashCandidates
{
    // The farthest of 1,200 planted copies differed in 29 bits from the nearest version; unrelated pictures differ in about 64.
    private const int MostDistance = 36;

    // In a bucket that is full of pictures without much in them, only those with the most similar other bits are compared.
    private const int MostOnEachSide = 64;

    private const int LeastBandBits = 8, MostBandBits = 24;

    private readonly PerceptualHash[] _hashes;
    private readonly int _bandBits;
    private readonly ulong[][] _keys; // per band, sorted
    private readonly int[][] _pictures; // per band, in the order of the keys

    public HashCandidates(PerceptualHash[] hashes, int threads)
    {
        _hashes = hashes;
        _bandBits = Math.Clamp(BitOperations.Log2((uint)Math.Max(hashes.Length, 1)), LeastBandBits, MostBandBits);
        int bands = PerceptualHash.Bits / _bandBits;
        (_keys, _pictures) = (new ulong[bands][], new int[bands][]);
        Parallel.For(0, bands, new ParallelOptions { MaxDegreeOfParallelism = threads }, band =>
        {
            var keys = new ulong[hashes.Length];
            int[] pictures = [.. Enumerable.Range(0, hashes.Length)];
            for (int i = 0; i < keys.Length; i++) keys[i] = Key(hashes[i], band);
            Array.Sort(keys, pictures);
            // Sorting leaves the order of equal keys open.
            for (int start = 0, end = 1; end <= keys.Length; end++)
            {
                if (end < keys.Length && keys[end] == keys[start]) continue;
                pictures.AsSpan(start, end - start).Sort();
                start = end;
            }
            (_keys[band], _pictures[band]) = (keys, pictures);
        });
    }

    /// <summary>Adds the nearest others of one picture to a list.</summary>
    public void AddNearest(int picture, GrayThumbnail thumbnail, NearestList nearest)
    {
        foreach (var probe in PerceptualHash.Probes(thumbnail))
        {
            Look(probe, picture, nearest);
            Look(probe.Mirrored, picture, nearest);
        }
    }

    private void Look(PerceptualHash probe, int picture, NearestList nearest)
    {
        for (int band = 0; band < _keys.Length; band++)
        {
            ulong key = Key(probe, band), bucket = key >> (64 - _bandBits);
            var (keys, pictures) = (_keys[band], _pictures[band]);
            int at = Array.BinarySearch(keys, key);
            if (at < 0) at = ~at;
            // Of equal keys any may be found.
            while (at > 0 && keys[at - 1] == key) at--;
            for (int i = at; i < keys.Length && i < at + MostOnEachSide && keys[i] >> (64 - _bandBits) == bucket; i++) Compare(pictures[i]);
            for (int i = at - 1; i >= 0 && i >= at - MostOnEachSide && keys[i] >> (64 - _bandBits) == bucket; i--) Compare(pictures[i]);
        }

        void Compare(int other)
        {
            if (other == picture) return;
            int distance = probe.Distance(_hashes[other]);
            if (distance <= MostDistance) nearest.Add(picture, other, distance);
        }
    }

    // The band's bits on top, the bits after it below them.
    private ulong Key(PerceptualHash hash, int band)
    {
        var bits = new UInt128(hash.High, hash.Low);
        return (ulong)(UInt128.RotateLeft(bits, PerceptualHash.Bits - (band + 1) * _bandBits) >> 64);
    }
}
