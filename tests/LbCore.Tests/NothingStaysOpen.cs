using LbCore.TestKit;
using NUnit.Framework;

[assembly: ClosesDescriptors]

namespace LbCore.Tests;

/// <summary>Watches over the descriptors of the whole run.</summary>
[SetUpFixture]
public sealed class NothingStaysOpen : DescriptorCensus;
