using System;
using System.Collections.Generic;
using System.Linq;
using NUnit.Framework;

namespace LbCore.Http.Tests;

/// <summary>What a refused request is answered (RFC 9110 section 15.5, RFC 9112 sections 3 and 6.1).</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class HttpErrorsTests
{
    private static readonly Dictionary<HttpError, int> Others = new()
    {
        [HttpError.TargetTooLong] = 414,
        [HttpError.HeadTooLarge] = 431,
        [HttpError.TooManyFields] = 431,
        [HttpError.TrailersTooLarge] = 431,
        [HttpError.NoForwardsLeft] = 501,
        [HttpError.UnknownCoding] = 501,
        [HttpError.Connect] = 501,
        [HttpError.Version] = 505,
    };

    public static IEnumerable<HttpError> All() => Enum.GetValues<HttpError>().Where(static error => error != HttpError.None);

    [TestCaseSource(nameof(All))]
    public void A_refused_request_is_answered_400_unless_there_is_a_status_for_its_reason(HttpError error) =>
        Assert.That(HttpErrors.StatusOf(error), Is.EqualTo(Others.GetValueOrDefault(error, 400)));
}
