using System;
using System.IO;
using System.Net.Http;
using System.Text.RegularExpressions;
using System.Threading;
using System.Threading.Tasks;
using Spore.Hostsim.Live;
using Spore.Hostsim.Live.Configuration;
using Spore.Hostsim.Live.Output;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>A node on real sockets that serves metrics, with a client for them.</summary>
internal sealed partial class MetricsNode : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly StringWriter _writer = new();
    private readonly TextWriter _output;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _ended;

    public MetricsNode(NodeOptions options)
    {
        _output = TextWriter.Synchronized(_writer);
        LiveTimeline timeline = new(_output, null);
        Node = new LiveNode(options, timeline);
        _ended = Task.Factory.StartNew(
            () =>
            {
                using (Node)
                {
                    Node.Run(_stop.Token);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    public LiveNode Node { get; }

    public HttpClient Client { get; } = new() { Timeout = _patience };

    public string Log
    {
        get
        {
            // The lock of a synchronized writer is the writer itself.
            lock (_output)
            {
                return _writer.ToString();
            }
        }
    }

    /// <summary>Where the log says that the metrics are.</summary>
    public async Task<Uri> Url()
    {
        await Until(() => Task.FromResult(Banner().IsMatch(Log)));
        return new Uri(Banner().Match(Log).Groups[1].Value);
    }

    public async Task<string> Text() =>
        await Client.GetStringAsync(await Url(), TestContext.Current.CancellationToken);

    public async Task<Exposition> Scrape() => Exposition.Parse(await Text());

    /// <summary>Asks for the metrics until they are as wanted.</summary>
    public async Task<Exposition> Until(Func<Exposition, bool> isWanted)
    {
        Exposition last = await Scrape();
        await Until(async () => isWanted(last = await Scrape()));
        return last;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _ended.WaitAsync(_patience);
        _stop.Dispose();
        Client.Dispose();
    }

    private async Task Until(Func<Task<bool>> isSo)
    {
        using CancellationTokenSource patience = new(_patience);
        while (!await isSo())
        {
            Assert.False(patience.IsCancellationRequested, Log);
            Assert.False(_ended.IsCompleted, Log);
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    [GeneratedRegex(@"  metrics +(http:\S+)\s")]
    private static partial Regex Banner();
}
