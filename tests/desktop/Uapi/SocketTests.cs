using System;
using System.IO;
using System.Linq;
using System.Net.Sockets;
using System.Text;
using Spore.Hostsim.Sockets;
using Spore.Hostsim.Uapi;
using Xunit;

namespace Spore.Tests.Uapi;

/// <summary>The socket file, and clients at it.</summary>
public sealed class SocketTests : IDisposable
{
    private readonly string _folder = Path.Combine(
        Directory.CreateTempSubdirectory("spore-uapi-").FullName, "wireguard");
    private readonly RunningDevice _device = new();

    public SocketTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "wg finds sockets there");
    }

    private string File => Path.Combine(_folder, "spore0.sock");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_folder)!, true);

    [Fact]
    public void The_file_is_its_owners_alone_and_goes_in_the_end()
    {
        using (NewServer())
        {
#pragma warning disable CA1416 // Only Linux gets here.
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                System.IO.File.GetUnixFileMode(_folder)
                & ~(UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead
                    | UnixFileMode.OtherExecute));
#pragma warning restore CA1416
            Assert.Equal("errno=0\n\n", Say("set=1\n\n"));
        }

        Assert.False(System.IO.File.Exists(File));
    }

    [Fact]
    public void A_file_that_nobody_listens_at_is_replaced_and_one_of_a_live_program_is_not()
    {
        Directory.CreateDirectory(_folder);
        System.IO.File.WriteAllText(File, "left over");
        using (SocketFile.Listen(_folder, "spore0"))
        {
            HostsimException fault = Assert.Throws<HostsimException>(() => SocketFile.Listen(_folder, "spore0"));
            Assert.Equal($"{File}: another program uses it", fault.Message);
            Assert.True(System.IO.File.Exists(File));
        }
    }

    [Fact]
    public void A_folder_that_can_not_be_made_is_told_in_one_line()
    {
        System.IO.File.WriteAllText(_folder, "a file");
        HostsimException fault = Assert.Throws<HostsimException>(() => SocketFile.Listen(_folder, "spore0"));
        Assert.StartsWith($"{File}: ", fault.Message);
        Assert.Single(fault.Message.Split('\n'));
    }

    [Fact]
    public void Clients_that_say_nothing_keep_nobody_from_being_served()
    {
        using SocketServer server = NewServer();
        Socket[] silent = new Socket[20];
        for (int i = 0; i < silent.Length; i++)
        {
            silent[i] = Connect();
            silent[i].Send("set=1\npublic_key="u8);
        }

        Assert.Equal("errno=0\n\n", Say("set=1\n\n"));
        Array.ForEach(silent, s => s.Dispose());
        Assert.Equal("errno=0\n\nerrno=0\n\n", Say("set=1\n\nset=1\n\n"));
    }

    [Fact]
    public void The_server_ends_while_clients_are_there()
    {
        SocketServer server = NewServer();
        using Socket client = Connect();
        client.Send("set=1\n\n"u8);
        Assert.NotEqual(0, client.Receive(new byte[100]));
        server.Dispose();
        Assert.Equal(0, client.Receive(new byte[1]));
    }

    [Fact]
    public void Clients_that_do_not_read_their_answers_keep_nobody_from_being_served()
    {
        using SocketServer server = NewServer();
        Socket[] deaf = new Socket[20];
        for (int i = 0; i < deaf.Length; i++)
        {
            // Until the server reads no more, since it can't write.
            deaf[i] = Connect();
            deaf[i].SendTimeout = 200;
            byte[] many = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("get=1\n\n", 10_000)));
            try
            {
                while (true)
                {
                    deaf[i].Send(many);
                }
            }
            catch (SocketException)
            {
                Assert.Equal("errno=0\n\n", Say("set=1\n\n"));
            }
        }

        Array.ForEach(deaf, s => s.Dispose());
        Assert.Equal("errno=0\n\n", Say("set=1\n\n"));
    }

    [Fact]
    public void Clients_that_leave_without_their_answer_keep_nobody_from_being_served()
    {
        using SocketServer server = NewServer();
        for (int i = 0; i < 100; i++)
        {
            using Socket client = Connect();
            client.Send("get=1\n\nget=1\n\nset=1\nnonsense\n\n"u8);
        }

        Assert.Equal("errno=0\n\n", Say("set=1\n\n"));
    }

    private SocketServer NewServer() => new(
        SocketFile.Listen(_folder, "spore0"),
        (_, stream, stop) => new UapiConnection(stream, _device.Configuration, Dialogue.Patience).Serve(stop));

    private Socket Connect()
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(File));
        return socket;
    }

    private string Say(string text)
    {
        using Socket socket = Connect();
        socket.Send(Encoding.ASCII.GetBytes(text));
        using StreamReader reader = new(new NetworkStream(socket));
        socket.Shutdown(SocketShutdown.Send);
        return reader.ReadToEnd();
    }
}
