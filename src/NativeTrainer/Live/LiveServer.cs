using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using NativeTrainer.Imaging;

namespace NativeTrainer.Live;

/// <summary>
/// Serves a run on 127.0.0.1 with the framework's own HTTP listener: a page, a stream of server-sent events (WHATWG HTML, 9.2), and posts that stop and go on. Every address begins with
/// a random token, without which nothing answers; a post whose Origin is another page's is refused, and so is a Host that is not this address (a name that was made to point here).
/// </summary>
public sealed class LiveServer : IDisposable
{
    private const int FirstPort = 8765, Ports = 50;

    private readonly HttpListener _listener;
    private readonly LiveRun _run;
    private readonly string _host, _token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
    private readonly byte[] _page;
    private readonly Task _serving;
    private int _streams;

    /// <param name="port">0 takes the first free one from 8765 on.</param>
    /// <exception cref="UserException">The port, or none of those tried, is free.</exception>
    public LiveServer(LiveRun run, int port = 0)
    {
        _run = run;
        (_listener, int taken) = Listen(port);
        _host = $"127.0.0.1:{taken}";
        Address = new Uri($"http://{_host}/{_token}/");
        _page = Encoding.UTF8.GetBytes(LivePage.Render());
        _serving = Task.Run(Serve);
    }

    /// <summary>With its token: whoever has it can stop the run.</summary>
    public Uri Address { get; }

    public void Dispose()
    {
        _run.Close();
        // Pages get the last word.
        SpinWait.SpinUntil(() => Volatile.Read(ref _streams) == 0, TimeSpan.FromSeconds(1));
        _listener.Close();
        _serving.Wait(TimeSpan.FromSeconds(2));
    }

    private static (HttpListener, int) Listen(int port)
    {
        for (int at = port > 0 ? port : FirstPort; ; at++)
        {
            var listener = new HttpListener { IgnoreWriteExceptions = true };
            listener.Prefixes.Add($"http://127.0.0.1:{at}/");
            try
            {
                listener.Start();
                return (listener, at);
            }
            catch (Exception error) when (error is HttpListenerException or SocketException)
            {
                ((IDisposable)listener).Dispose();
                if (port > 0) throw new UserException($"--ui: port {port} of 127.0.0.1 cannot be taken ({error.Message.TrimEnd('.')}); leave the number out to take a free one", error);
                if (at + 1 == FirstPort + Ports) throw new UserException($"--ui: no port of 127.0.0.1 from {FirstPort} to {at} is free ({error.Message.TrimEnd('.')})", error);
            }
        }
    }

    private async Task Serve()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                return; // closed
            }
            _ = Task.Run(() => Answer(context));
        }
    }

    private async Task Answer(HttpListenerContext context)
    {
        var (request, response) = (context.Request, context.Response);
        try
        {
            response.Headers["Cache-Control"] = "no-store";
            response.Headers["X-Content-Type-Options"] = "nosniff";
            response.Headers["Referrer-Policy"] = "no-referrer";
            string path = request.Url?.AbsolutePath ?? "";
            if (request.UserHostName != _host || !path.StartsWith($"/{_token}/", StringComparison.Ordinal)) End(response, HttpStatusCode.NotFound);
            else await Answer(request, response, path[(_token.Length + 2)..]);
        }
        catch (Exception error) when (error is HttpListenerException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The page went away.
        }
    }

    private async Task Answer(HttpListenerRequest request, HttpListenerResponse response, string what)
    {
        switch (request.HttpMethod, what)
        {
            case ("GET", ""):
                response.ContentType = "text/html; charset=utf-8";
                response.Headers["X-Frame-Options"] = "DENY";
                response.ContentLength64 = _page.Length;
                await response.OutputStream.WriteAsync(_page);
                response.Close();
                return;
            case ("GET", "events"):
                await Stream(response);
                return;
            case ("POST", "stop" or "resume" or "close"):
                // Browsers always name the origin of a post.
                if (request.Headers["Origin"] is { } origin && origin != $"http://{_host}") End(response, HttpStatusCode.Forbidden);
                else
                {
                    _run.Ask(what switch { "stop" => LiveWish.Stop, "resume" => LiveWish.Resume, _ => LiveWish.Close });
                    End(response, HttpStatusCode.NoContent);
                }
                return;
            default:
                End(response, HttpStatusCode.NotFound);
                return;
        }
    }

    private async Task Stream(HttpListenerResponse response)
    {
        response.ContentType = "text/event-stream";
        response.SendChunked = true;
        Interlocked.Increment(ref _streams);
        var events = _run.Listen();
        try
        {
            await foreach (string data in events.ReadAllAsync())
            {
                await response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes($"data: {data}\n\n"));
                await response.OutputStream.FlushAsync();
            }
            response.Close();
        }
        finally
        {
            _run.Leave(events);
            Interlocked.Decrement(ref _streams);
        }
    }

    private static void End(HttpListenerResponse response, HttpStatusCode code)
    {
        response.StatusCode = (int)code;
        response.Close();
    }
}
