using SkiaSharp;

namespace NativeTrainer.Cli.Demo;

/// <param name="Draw">Paints it into about −1 … 1 on both axes, y down.</param>
internal sealed record DrawnObject(string Name, Action<SKCanvas, Random> Draw);

/// <summary>The things the demo draws. Each in colours and proportions of its own every time.</summary>
internal static class DrawnObjects
{
    /// <summary>What the demo tells apart in the end.</summary>
    public static IReadOnlyList<DrawnObject> Target { get; } =
        [new("boat", Boat), new("fish", Fish), new("house", House), new("mushroom", Mushroom), new("tree", Tree)];

    /// <summary>Other things, which the network that is fine-tuned has learned before.</summary>
    public static IReadOnlyList<DrawnObject> Source { get; } =
        [new("bird", Bird), new("car", Car), new("cup", Cup), new("flower", Flower), new("kite", Kite), new("lamp", Lamp)];

    private static void Boat(SKCanvas canvas, Random random)
    {
        float mast = Between(random, -0.2f, 0.2f), deck = Between(random, 0.35f, 0.5f);
        Shape(canvas, Colour(random), (-0.95f, deck), (0.95f, deck), (0.6f, 0.9f), (-0.6f, 0.9f));
        Shape(canvas, Wood(random), (mast - 0.04f, -0.95f), (mast + 0.04f, -0.95f), (mast + 0.04f, deck), (mast - 0.04f, deck));
        var sail = Pale(random);
        Shape(canvas, sail, (mast + 0.08f, -0.9f), (mast + 0.8f, deck - 0.12f), (mast + 0.08f, deck - 0.12f));
        if (random.NextDouble() < 0.6) Shape(canvas, sail, (mast - 0.08f, -0.7f), (mast - 0.08f, deck - 0.12f), (mast - 0.65f, deck - 0.12f));
    }

    private static void Fish(SKCanvas canvas, Random random)
    {
        var skin = Colour(random);
        float height = Between(random, 0.35f, 0.5f);
        Shape(canvas, Darker(skin), (0.45f, 0), (0.98f, -0.5f), (0.85f, 0), (0.98f, 0.5f));
        Shape(canvas, Darker(skin), (-0.35f, -height * 0.8f), (0.15f, -height - 0.3f), (0.3f, -height * 0.6f));
        Oval(canvas, skin, -0.15f, 0, 0.75f, height);
        Oval(canvas, SKColors.White, -0.58f, -0.1f, 0.11f, 0.11f);
        Oval(canvas, SKColors.Black, -0.6f, -0.1f, 0.055f, 0.055f);
        for (int stripe = 0; stripe < random.Next(4); stripe++) Oval(canvas, Darker(skin), -0.2f + stripe * 0.25f, 0, 0.04f, height * 0.75f);
    }

    private static void House(SKCanvas canvas, Random random)
    {
        float wall = Between(random, -0.2f, 0.05f), half = Between(random, 0.6f, 0.8f), door = Between(random, -0.35f, 0.2f);
        Shape(canvas, Pale(random), (-half, wall), (half, wall), (half, 0.9f), (-half, 0.9f));
        Shape(canvas, Colour(random), (-half - 0.18f, wall), (0, Between(random, -0.95f, -0.7f)), (half + 0.18f, wall));
        Shape(canvas, Wood(random), (door, 0.35f), (door + 0.26f, 0.35f), (door + 0.26f, 0.9f), (door, 0.9f));
        var glass = new SKColor(0x8C, 0xC4, 0xE8);
        Shape(canvas, glass, (-half + 0.08f, wall + 0.15f), (-half + 0.3f, wall + 0.15f), (-half + 0.3f, wall + 0.38f), (-half + 0.08f, wall + 0.38f));
        Shape(canvas, glass, (half - 0.3f, wall + 0.15f), (half - 0.08f, wall + 0.15f), (half - 0.08f, wall + 0.38f), (half - 0.3f, wall + 0.38f));
    }

    private static void Mushroom(SKCanvas canvas, Random random)
    {
        float stem = Between(random, 0.16f, 0.3f), rim = Between(random, 0, 0.2f);
        Shape(canvas, Pale(random), (-stem, rim - 0.05f), (stem, rim - 0.05f), (stem * 1.3f, 0.95f), (-stem * 1.3f, 0.95f));
        canvas.Save();
        canvas.ClipRect(new SKRect(-1.1f, -1.1f, 1.1f, rim));
        Oval(canvas, Colour(random), 0, rim, 0.9f, Between(random, 0.75f, 1.05f));
        for (int dot = 0; dot < random.Next(3, 7); dot++)
            Oval(canvas, SKColors.White, Between(random, -0.6f, 0.6f), rim - Between(random, 0.1f, 0.6f), 0.1f, 0.08f);
        canvas.Restore();
    }

    private static void Tree(SKCanvas canvas, Random random)
    {
        float trunk = Between(random, 0.08f, 0.16f);
        Shape(canvas, Wood(random), (-trunk, 0.2f), (trunk, 0.2f), (trunk, 0.95f), (-trunk, 0.95f));
        var leaves = SKColor.FromHsv(Between(random, 25, 140), Between(random, 50, 95), Between(random, 35, 80));
        if (random.NextDouble() < 0.5)
        {
            for (int layer = 0; layer < 3; layer++)
            {
                float top = -0.95f + layer * 0.4f, half = 0.4f + layer * 0.17f;
                Shape(canvas, leaves, (0, top), (half, top + 0.62f), (-half, top + 0.62f));
            }
            return;
        }
        for (int ball = 0; ball < 5; ball++)
            Oval(canvas, leaves, Between(random, -0.4f, 0.4f), Between(random, -0.55f, 0.05f), 0.42f, 0.4f);
    }

    private static void Bird(SKCanvas canvas, Random random)
    {
        var feathers = Colour(random);
        float wing = Between(random, -0.9f, 0.2f);
        Shape(canvas, Darker(feathers), (0.4f, 0), (0.98f, -0.15f), (0.95f, 0.25f));
        Oval(canvas, feathers, 0, 0.1f, 0.55f, Between(random, 0.3f, 0.42f));
        Oval(canvas, feathers, -0.5f, -0.25f, 0.26f, 0.25f);
        Shape(canvas, new SKColor(0xE8, 0xA0, 0x20), (-0.72f, -0.3f), (-0.98f, -0.2f), (-0.72f, -0.14f));
        Oval(canvas, SKColors.Black, -0.55f, -0.32f, 0.05f, 0.05f);
        Shape(canvas, Darker(feathers), (-0.2f, 0.05f), (0.3f, 0.05f), (0.25f, wing));
    }

    private static void Car(SKCanvas canvas, Random random)
    {
        var paint = Colour(random);
        float roof = Between(random, -0.6f, -0.35f), front = Between(random, -0.6f, -0.4f);
        Shape(canvas, paint, (front, roof), (0.4f, roof), (0.7f, 0.05f), (front - 0.25f, 0.05f));
        Shape(canvas, paint, (-0.95f, 0.05f), (0.95f, 0.05f), (0.95f, 0.5f), (-0.95f, 0.5f));
        Shape(canvas, new SKColor(0x8C, 0xC4, 0xE8), (front + 0.08f, roof + 0.1f), (0.32f, roof + 0.1f), (0.5f, 0), (front - 0.05f, 0));
        foreach (float x in (ReadOnlySpan<float>)[-0.5f, 0.5f])
        {
            Oval(canvas, SKColors.Black, x, 0.5f, 0.24f, 0.24f);
            Oval(canvas, Pale(random), x, 0.5f, 0.1f, 0.1f);
        }
    }

    private static void Cup(SKCanvas canvas, Random random)
    {
        var clay = Colour(random);
        float rim = Between(random, 0.5f, 0.7f), foot = Between(random, 0.3f, 0.5f);
        Oval(canvas, Darker(clay), rim, 0.1f, 0.35f, 0.35f);
        Oval(canvas, Pale(random), rim, 0.1f, 0.2f, 0.2f);
        Shape(canvas, clay, (-rim, -0.55f), (rim, -0.55f), (foot, 0.85f), (-foot, 0.85f));
        Oval(canvas, Darker(clay), 0, -0.55f, rim, 0.16f);
        Oval(canvas, Wood(random), 0, -0.53f, rim - 0.08f, 0.11f);
    }

    private static void Flower(SKCanvas canvas, Random random)
    {
        var petals = Colour(random);
        int count = random.Next(5, 9);
        Shape(canvas, new SKColor(0x3A, 0x80, 0x35), (-0.05f, 0), (0.05f, 0), (0.05f, 0.98f), (-0.05f, 0.98f));
        Oval(canvas, new SKColor(0x3A, 0x80, 0x35), 0.3f, 0.65f, 0.28f, 0.1f);
        for (int i = 0; i < count; i++)
        {
            var (sin, cos) = MathF.SinCos(2 * MathF.PI * i / count);
            Oval(canvas, petals, 0.38f * cos, -0.35f + 0.38f * sin, 0.25f, 0.25f);
        }
        Oval(canvas, new SKColor(0xF0, 0xC0, 0x30), 0, -0.35f, 0.22f, 0.22f);
    }

    private static void Kite(SKCanvas canvas, Random random)
    {
        float side = Between(random, 0.5f, 0.7f), middle = Between(random, -0.5f, -0.2f);
        Shape(canvas, Colour(random), (0, -0.95f), (side, middle), (0, middle));
        Shape(canvas, Colour(random), (0, -0.95f), (-side, middle), (0, middle));
        Shape(canvas, Colour(random), (0, 0.45f), (side, middle), (0, middle));
        Shape(canvas, Colour(random), (0, 0.45f), (-side, middle), (0, middle));
        for (int bow = 0; bow < 3; bow++) Oval(canvas, Colour(random), 0.12f * (bow % 2 == 0 ? 1 : -1), 0.55f + bow * 0.18f, 0.13f, 0.06f);
    }

    private static void Lamp(SKCanvas canvas, Random random)
    {
        float top = Between(random, 0.2f, 0.35f), rim = Between(random, 0.6f, 0.85f), edge = Between(random, -0.3f, -0.05f);
        Shape(canvas, Wood(random), (-0.05f, edge), (0.05f, edge), (0.05f, 0.85f), (-0.05f, 0.85f));
        Oval(canvas, Wood(random), 0, 0.85f, 0.45f, 0.1f);
        Shape(canvas, Colour(random), (-top, -0.95f), (top, -0.95f), (rim, edge), (-rim, edge));
        Oval(canvas, new SKColor(0xFF, 0xEE, 0xA0), 0, edge, 0.14f, 0.1f);
    }

    private static float Between(Random random, float low, float high) => low + (high - low) * random.NextSingle();

    private static SKColor Colour(Random random) => SKColor.FromHsv(Between(random, 0, 360), Between(random, 55, 100), Between(random, 45, 95));

    private static SKColor Pale(Random random) => SKColor.FromHsv(Between(random, 0, 360), Between(random, 0, 25), Between(random, 75, 100));

    private static SKColor Wood(Random random) => SKColor.FromHsv(Between(random, 15, 40), Between(random, 40, 80), Between(random, 20, 50));

    private static SKColor Darker(SKColor colour) => new((byte)(colour.Red * 0.7), (byte)(colour.Green * 0.7), (byte)(colour.Blue * 0.7));

    private static void Shape(SKCanvas canvas, SKColor colour, params ReadOnlySpan<(float X, float Y)> corners)
    {
        using var outline = new SKPathBuilder();
        outline.MoveTo(corners[0].X, corners[0].Y);
        foreach (var (x, y) in corners[1..]) outline.LineTo(x, y);
        outline.Close();
        using var path = outline.Detach();
        using var paint = new SKPaint { Color = colour, IsAntialias = true };
        canvas.DrawPath(path, paint);
    }

    private static void Oval(SKCanvas canvas, SKColor colour, float x, float y, float halfWidth, float halfHeight)
    {
        using var paint = new SKPaint { Color = colour, IsAntialias = true };
        canvas.DrawOval(x, y, halfWidth, halfHeight, paint);
    }
}
