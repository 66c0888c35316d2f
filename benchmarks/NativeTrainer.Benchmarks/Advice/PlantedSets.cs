using System.Text;
using NativeTrainer.Imaging;
using NativeTrainer.Kernels.Random;

namespace NativeTrainer.Benchmarks.Advice;

/// <summary>Five data sets that together hold every mistake that a data set can hold: some exclude each other.</summary>
internal static class PlantedSets
{
    private const string NoTest = "no part to test with", FewToMeasure = "too few pictures to validate with";

    /// <param name="data">Five kinds of flowers, in folders train and val.</param>
    /// <param name="root">An empty folder.</param>
    public static IReadOnlyList<PlantedFolder> Make(string data, string root, ulong seed) =>
        [Leaks(data, root, seed), Validation(data, root, seed), Dirty(data, root, seed), WrongLabels(data, root, seed), Unlearnable(data, root, seed)];

    /// <summary>A manifest whose group lies in two parts.</summary>
    public static string GroupInTwoParts(PlantedFolder leaks)
    {
        string file = Path.Combine(Path.GetDirectoryName(leaks.Data)!, "groups.csv");
        var text = new StringBuilder("path,label,split,group\n");
        string[] files = [.. Directory.EnumerateFiles(leaks.Data, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
        for (int i = 0; i < files.Length; i++)
        {
            string[] parts = Path.GetRelativePath(leaks.Data, files[i]).Split(Path.DirectorySeparatorChar);
            text.Append($"\"{files[i]}\",{parts[1]},{parts[0]},{(i % 97 == 0 ? "street 7" : $"street {i + 100}")}\n");
        }
        File.WriteAllText(file, text.ToString());
        return file;
    }

    private static PlantedFolder Leaks(string data, string root, ulong seed)
    {
        var folder = new PlantedFolder("leaks", root, "copies, series, repeats");
        var deck = new PhotoDeck(data, seed);
        var train = deck.Classes.ToDictionary(name => name, name => folder.AddAll(deck.Deal(name, SplitName.Train, 100), $"train/{name}"));
        foreach (string name in deck.Classes) folder.AddAll(deck.Deal(name, SplitName.Val, 50), $"val/{name}");
        string Original(string name, int n) => train[name][n];

        folder.Plant("training files copied to validation", "NT102", deck.Classes.SelectMany(name => Enumerable.Range(0, 2).Select(i => folder.Add(File.ReadAllBytes(folder.FullPath(Original(name, i))), $"val/{name}"))));
        foreach (var kind in Enum.GetValues<CopyKind>())
        {
            folder.Plant($"copies in validation, {PlantedCopy.Name(kind)}", "NT101", deck.Classes.Select((name, c) =>
                folder.Add(PlantedCopy.Make(folder.Picture(Original(name, 2 + (int)kind)), kind, CounterRandom.Key(seed, (uint)c, 0, (uint)kind)), $"val/{name}")));
        }

        // Three frames of a scene under counting names, the last one in validation; two series lie ten numbers apart.
        var frames = new List<string>();
        for (int series = 0; series < 15; series++)
        {
            string name = deck.Classes[series % deck.Classes.Count];
            var photo = PlantedFolder.Decode(deck.Deal(name, SplitName.Train, 1)[0]);
            for (int n = 0; n < 3; n++)
            {
                string file = folder.Write(ImageWriter.EncodeJpeg(SpoiledPicture.Frame(photo, n), 92), $"{(n < 2 ? "train" : "val")}/{name}/walk-{series * 10 + n:000}.jpg");
                if (n == 2) frames.Add(file);
            }
        }
        folder.Plant("series by their names, on both sides", "NT103", frames);

        // Different photos, one camera, a second apart.
        var shots = new List<string>();
        for (int series = 0; series < 6; series++)
        {
            string name = deck.Classes[series % deck.Classes.Count];
            string[] photos = deck.Deal(name, SplitName.Train, 3);
            for (int n = 0; n < 3; n++)
            {
                byte[] file = SpoiledPicture.Taken(File.ReadAllBytes(photos[n]), "Example", "Pocket 3", new DateTime(2026, 5, 1, 10, series, n));
                shots.Add(folder.Add(file, $"{(n < 2 ? "train" : "val")}/{name}"));
            }
        }
        folder.Plant("series by EXIF time and camera, on both sides", "NT103", shots.Where(file => file.StartsWith("val/", StringComparison.Ordinal)));

        string redundant = deck.Classes[^1];
        folder.Plant("a training class of few scenes", "NT204", Enumerable.Range(0, 12).SelectMany(i => Enumerable.Range(0, 5).Select(copy =>
            folder.Add(PlantedCopy.Make(folder.Picture(Original(redundant, 20 + i)), copy % 2 == 0 ? CopyKind.Cropped : CopyKind.Brightness, CounterRandom.Key(seed, (uint)i, (ulong)copy, 0x5CE4)), $"train/{redundant}"))).ToArray());
        var (rose, daisy) = (deck.Classes[2], deck.Classes[0]);
        folder.Plant("the same file under two classes", "NT205", Enumerable.Range(40, 5).Select(i => folder.Add(File.ReadAllBytes(folder.FullPath(Original(rose, i))), $"train/{daisy}")).ToArray());
        folder.Plant("the same picture, saved again, under two classes", "NT205", Enumerable.Range(50, 5).Select(i =>
            folder.Add(PlantedCopy.Make(folder.Picture(Original(rose, i)), CopyKind.Reencoded, CounterRandom.Key(seed, (uint)i, 0, 0xC0F)), $"train/{daisy}")).ToArray());
        folder.Plant("files that repeat others of their class", "NT206", deck.Classes.SelectMany(name => Enumerable.Range(60, 3).Select(i => folder.Add(File.ReadAllBytes(folder.FullPath(Original(name, i))), $"train/{name}"))));
        folder.Plant(NoTest, "NT108");
        return folder;
    }

    private static PlantedFolder Validation(string data, string root, ulong seed)
    {
        var folder = new PlantedFolder("validation", root, "a validation part that cannot measure");
        var deck = new PhotoDeck(data, seed);
        var (daisy, dandelion, rose, sunflower, tulip) = (deck.Classes[0], deck.Classes[1], deck.Classes[2], deck.Classes[3], deck.Classes[4]);
        const string yellow = "yellow";
        foreach (string name in (string[])[daisy, rose]) folder.AddAll(deck.Deal(name, SplitName.Train, 120), $"train/{name}");
        folder.AddAll(deck.Deal(dandelion, SplitName.Train, 100), $"train/{yellow}");
        folder.AddAll(deck.Deal(tulip, SplitName.Train, 8), $"train/{tulip}");
        string[] val = [.. folder.AddAll(deck.Deal(daisy, SplitName.Val, 45), $"val/{daisy}"), .. folder.AddAll(deck.Deal(rose, SplitName.Val, 6), $"val/{rose}"), .. folder.AddAll(deck.Deal(sunflower, SplitName.Val, 24), $"val/{yellow}")];
        foreach (string file in val) folder.Change(file, image => SpoiledPicture.Darker(image, 0.45));
        folder.Plant("other shares of the classes in validation", "NT104");
        folder.Plant("validation pictures of another light", "NT105");
        folder.Plant("validation pictures of another world", "NT106");
        folder.Plant(FewToMeasure, "NT107");
        folder.Plant("a class that validation lacks", "NT109");
        folder.Plant("a class with eight pictures", "NT201");
        folder.Plant("a class trained on one kind and measured on another", "NT203");
        folder.Plant("classes of 120 and of 8 pictures", "NT501");
        folder.Plant(NoTest, "NT108");
        folder.Plant("what more pictures would buy", "NT202");
        return folder;
    }

    private static PlantedFolder Dirty(string data, string root, ulong seed)
    {
        var folder = new PlantedFolder("dirty", root, "damaged and odd pictures, marks of a class");
        var deck = new PhotoDeck(data, seed);
        var (daisy, dandelion, rose, sunflower, tulip) = (deck.Classes[0], deck.Classes[1], deck.Classes[2], deck.Classes[3], deck.Classes[4]);
        foreach (var (split, each) in ((SplitName, int)[])[(SplitName.Train, 140), (SplitName.Val, 60)])
        {
            foreach (string name in deck.Classes)
            {
                string[] files = folder.AddAll(deck.Deal(name, split, each), $"{split.ToString().ToLowerInvariant()}/{name}");
                // As where a class came from another camera, or from another export.
                if (name == rose) Array.ForEach(files, file => folder.Change(file, image => SpoiledPicture.Darker(image, 0.4)));
                if (name == tulip) Array.ForEach(files, file => folder.Change(file, image => SpoiledPicture.ShortSide(image, 96)));
            }
        }
        folder.Mistakes.Add(new PlantedMistake("a class in other light than the others", "NT611", [], "brightnessBalancedAccuracy"));
        folder.Mistakes.Add(new PlantedMistake("a class in another size than the others", "NT611", [], "pixelsBalancedAccuracy"));

        string place = $"train/{sunflower}";
        byte[] whole = File.ReadAllBytes(deck.Deal(sunflower, SplitName.Train, 1)[0]);
        folder.Plant("empty files", "NT601", folder.Add([], place), folder.Add([], $"val/{daisy}"));
        folder.Plant("files that are cut off", "NT601", folder.Add(whole[..(whole.Length / 2)], place), folder.Add(whole[..(whole.Length / 3)], $"train/{daisy}"));
        folder.Plant("web pages named .jpg", "NT601", folder.Add("<!DOCTYPE html><html><body>404 Not Found</body></html>"u8.ToArray(), $"train/{dandelion}"), folder.Add("<html><title>moved</title></html>"u8.ToArray(), place));
        string[] Spoil(Func<RgbImage, int, RgbImage> change, int count = 4)
            => [.. deck.Deal(sunflower, SplitName.Train, count).Select((photo, i) => folder.Add(change(PlantedFolder.Decode(photo), i), place))];
        folder.Plant("thumbnails of 14 pixels", "NT602", Spoil((image, _) => SpoiledPicture.ShortSide(image, 14)));
        folder.Plant("dark pictures", "NT603", Spoil((image, _) => SpoiledPicture.Darker(image, 0.08)));
        folder.Plant("overexposed pictures", "NT604", Spoil((image, _) => SpoiledPicture.Overexposed(image)));
        folder.Plant("blurred pictures", "NT605", Spoil((image, _) => SpoiledPicture.Blurred(image)));
        folder.Plant("blank pictures", "NT606", Enumerable.Range(0, 3).Select(i => folder.Add(SpoiledPicture.Blank((ulong)i), place)).ToArray());
        folder.Plant("strips", "NT607", Spoil((image, _) => SpoiledPicture.Strip(image), 3));
        folder.Plant("huge pictures", "NT608", Spoil((image, i) => new Resizer().Resize(image, image.Width * (6 + 4 * i), image.Height * (6 + 4 * i)), 2));
        folder.Plant("gray pictures among colour ones", "NT609", Spoil((image, _) => SpoiledPicture.Gray(image)));

        folder.Production = Path.Combine(root, "production");
        Directory.CreateDirectory(folder.Production);
        string[] use = [.. ((string[])[daisy, dandelion, sunflower]).SelectMany(name => deck.Deal(name, SplitName.Train, 20))];
        foreach (string photo in use) ImageWriter.Write(SpoiledPicture.Darker(PlantedFolder.Decode(photo), 0.35), Path.Combine(folder.Production, Path.GetFileName(photo)));
        folder.Plant("darker pictures in production", "NT612");
        folder.Plant(NoTest, "NT108");
        return folder;
    }

    private static PlantedFolder WrongLabels(string data, string root, ulong seed)
    {
        var folder = new PlantedFolder("labels", root, "a twentieth of the labels wrong");
        var deck = new PhotoDeck(data, seed);
        var wrong = new List<string>();
        foreach (var (split, each, mislabelled) in ((SplitName, int, int)[])[(SplitName.Train, 120, 6), (SplitName.Val, 60, 3)])
        {
            for (int c = 0; c < deck.Classes.Count; c++)
            {
                string part = split.ToString().ToLowerInvariant();
                string[] photos = deck.Deal(deck.Classes[c], split, each);
                for (int i = 0; i < mislabelled; i++) wrong.Add(folder.Add(photos[i], $"{part}/{deck.Classes[(c + 1 + i % 4) % deck.Classes.Count]}"));
                folder.AddAll(photos[mislabelled..], $"{part}/{deck.Classes[c]}");
            }
        }
        folder.Plant("5 % wrong labels", "NT610", wrong);
        folder.Plant(NoTest, "NT108");
        return folder;
    }

    private static PlantedFolder Unlearnable(string data, string root, ulong seed)
    {
        const int classes = 52;
        var folder = new PlantedFolder("random", root, "labels that the pictures do not bear");
        var deck = new PhotoDeck(data, seed);
        foreach (var (split, each) in ((SplitName, int)[])[(SplitName.Train, 6), (SplitName.Val, 1)])
        {
            string[] photos = [.. deck.Classes.SelectMany(name => deck.Deal(name, split, classes * each / deck.Classes.Count + 1))];
            var order = Enumerable.Range(0, photos.Length).OrderBy(i => CounterRandom.Key(seed, 0, (ulong)i, 0x7A6E)).ToArray();
            for (int i = 0; i < classes * each; i++) folder.Add(photos[order[i]], $"{split.ToString().ToLowerInvariant()}/article {i % classes:00}");
        }
        folder.Plant("labels that the weights' features do not tell", "NT301");
        folder.Plant("many classes", "NT502");
        folder.Plant("few pictures in every class", "NT201");
        folder.Plant(FewToMeasure, "NT107");
        folder.Plant(NoTest, "NT108");
        return folder;
    }
}
