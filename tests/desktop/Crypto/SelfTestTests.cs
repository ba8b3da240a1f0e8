using System;
using System.Linq;
using System.Reflection;
using Spore.Crypto;
using Xunit;

namespace Spore.Tests.Crypto;

public class SelfTestTests
{
    [Fact]
    public void All_primitives_give_their_known_answers()
    {
        Assert.Null(SelfTest.Run());
    }
}
