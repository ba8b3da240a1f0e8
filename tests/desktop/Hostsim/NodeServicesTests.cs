using System;
using System.IO;
using System.Text;
using System.Threading;
using Spore.Hostsim.Live.Configuration;
using Spore.Hostsim.Live.Output;
using Spore.Hostsim.Live.Peers;
using Spore.Hostsim.Live.Serving;
using Spore.SignedNetwork;
using Spore.Tests.Nodes;
using Spore.Tests.Tftp;
using Spore.Tftp;
using Xunit;

namespace Spore.Tests.Hostsim;

/// <summary>A folder and a program that a node offers, and another node that uses them.</summary>
public sealed class NodeServicesTests : IDisposable
{
    private const int Patience = 60_000;

    // Real programs and disks answer at their own pace: each round of virtual time waits so long for them.
    private const int Round = 20;

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly object _gate = new();
    private readonly Nodes.Mesh _mesh = new();
    private readonly MeshNode _server;
    private readonly MeshNode _client;
    private readonly MemoryFiles _files = new();
    private readonly NodeServices _services;

    public NodeServicesTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "--serve works on Linux only");
        _server = _mesh.Add(1);
        _client = _mesh.Add(2);
        byte[] network = Nodes.Mesh.NetworkOf(1, [_server, _client]);
        Assert.Equal(NetworkFault.None, _server.Load(network));
        Assert.Equal(NetworkFault.None, _client.Load(network));
        _client.Node.Files = _files;
        _services = new NodeServices(
            _gate,
            _server.Node,
            new NodeOptions
            {
                Identity = "",
                Listen = new ListenAddress(null, 1),
                Serve = _folder,
                IsWritable = true,
                RequestCommand = "tr a-z A-Z; printf %s \"$SPORE_KEY\"",
            },
            new LiveTimeline(new StringWriter(), null),
            () => _mesh.Now,
            () => NetworkMembers.None,
            () => { });
        _mesh.Run(5_000);
    }

    public void Dispose()
    {
        _services?.Dispose();
        Directory.Delete(_folder, true);
    }

    [Fact]
    public void A_program_answers_a_request()
    {
        TftpTransfer request = Write("request", "hello ", true);
        Assert.Equal(TftpResult.Ok, Finish(request));
        string name = $"response/{request.Response:x16}";
        Assert.Equal(TftpResult.Ok, Finish(Read(name)));
        Assert.Equal($"HELLO {Convert.ToBase64String(_client.Key)}", Encoding.ASCII.GetString(_files.Written[name]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(100_000)]
    public void A_file_is_written_to_the_disk_and_read_from_it(int size)
    {
        string content = new('x', size);
        Assert.Equal(TftpResult.Ok, Finish(Write("files/file", content)));
        Assert.Equal(content, File.ReadAllText(Path.Combine(_folder, "file")));
        Assert.Equal(TftpResult.Ok, Finish(Read("files/file")));
        Assert.Equal(content, Encoding.ASCII.GetString(_files.Written["files/file"]));
    }

    [Fact]
    public void A_file_that_changes_meanwhile_is_given_up_with_an_error()
    {
        File.WriteAllBytes(Path.Combine(_folder, "file"), new byte[1_000_000]);
        TftpTransfer read = Read("files/file");
        Assert.True(_mesh.RunUntil(() => read.Position > 10_000, Patience));
        File.AppendAllText(Path.Combine(_folder, "file"), "more");
        Assert.Equal(TftpError.NotDefined, Finish(read));
        Assert.True(read.IsRefused);
    }

    private TftpTransfer Read(string name) =>
        Start(() => _client.Node.Read(_server.Key, 0, name, _files.Add(name, []), 1_000_000, _mesh.Now));

    private TftpTransfer Write(string name, string content, bool wantsResponse = false)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(content);
        return Start(() => _client.Node.Write(
            _server.Key, 0, name, _files.Add(name, bytes), bytes.Length, wantsResponse, _mesh.Now));
    }

    private TftpTransfer Start(Func<TftpTransfer?> start)
    {
        TftpTransfer? transfer = null;
        Assert.True(_mesh.RunUntil(() => (transfer = start()) != null, Patience));
        return _files.Started(transfer);
    }

    private int Finish(TftpTransfer transfer)
    {
        for (int i = 0; i < Patience / Round && transfer.IsActive; i++)
        {
            lock (_gate)
            {
                _mesh.Run(Round);
            }

            if (transfer.IsActive)
            {
                Thread.Sleep(Round);
            }
        }

        return _files.Results[^1].Result;
    }
}
