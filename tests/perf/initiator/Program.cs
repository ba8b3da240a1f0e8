using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading;

namespace Spore.Perf;

/// <summary>
/// The other end of handshakes.sh and hub.sh: prints the public keys of its peers (<c>keys COUNT</c>), lets them make
/// handshakes with a server (<c>run COUNT KEY HOST:PORT RATE TOTAL</c>) and prints how many were completed, or lets
/// them be the members of a hub (<c>members COUNT STEADY ADDRESSES KEY HOST:PORT SECONDS</c>).
/// </summary>
internal static class Program
{
    private const int LastAnswers = 1000;

    private static int Main(string[] args)
    {
        switch (args)
        {
            case ["keys", { } count]:
                for (int i = 0; i < Number(count); i++)
                {
                    Console.WriteLine(Convert.ToBase64String(Initiator.PublicKey(i)));
                }

                return 0;
            case ["run", { } count, { } key, { } server, { } rate, { } total]:
                byte[] publicKey = Convert.FromBase64String(key);
                Console.WriteLine(
                    Run(Number(count), publicKey, IPEndPoint.Parse(server), Number(rate), Number(total)));
                return 0;
            case ["members", { } count, { } steady, { } addresses, { } key, { } hub, { } limit]:
                byte[] hubKey = Convert.FromBase64String(key);
                using (HubMeasurement measurement = new(
                    Number(count), Number(steady), Number(addresses), hubKey, IPEndPoint.Parse(hub)))
                {
                    measurement.Run(Number(limit));
                }

                return 0;
            default:
                Console.Error.WriteLine("usage: initiator keys COUNT | initiator run COUNT KEY HOST:PORT RATE TOTAL |");
                Console.Error.WriteLine("  initiator members COUNT STEADY ADDRESSES KEY HOST:PORT SECONDS");
                return 2;
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static int Run(int count, byte[] key, IPEndPoint server, int rate, int total)
    {
        using Socket socket = new(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(server);
        Dictionary<int, Initiator> waiting = [];
        byte[] buffer = new byte[2048];
        int complete = 0;
        long start = Stopwatch.GetTimestamp();
        for (int sent = 0; sent < total; sent++)
        {
            Initiator initiator = new(sent % count, key, socket);
            while (Stopwatch.GetElapsedTime(start).TotalSeconds < (double)sent / rate)
            {
                Receive();
                Thread.Sleep(1);
            }

            initiator.Send();
            waiting[initiator.Index] = initiator;
            Receive();
        }

        long end = Environment.TickCount64 + LastAnswers;
        while (Environment.TickCount64 < end && complete < total)
        {
            Receive();
            Thread.Sleep(1);
        }

        return complete;

        void Receive()
        {
            while (socket.Available > 0)
            {
                int length = socket.Receive(buffer);

                // A response names the initiation in its third word, a cookie reply in its second.
                int index = length >= 12 ? BitConverter.ToInt32(buffer, buffer[0] == 2 ? 8 : 4) : 0;
                if (waiting.TryGetValue(index, out Initiator? initiator))
                {
                    initiator.Receive(buffer, length);
                    if (initiator.IsComplete && waiting.Remove(index))
                    {
                        complete++;
                    }
                }
            }
        }
    }
}
