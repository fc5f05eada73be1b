namespace LbCore.Http;

/// <summary>What a refused request is answered.</summary>
internal static class HttpErrors
{
    /// <summary>Returns the status for a request that was refused: 400, 414, 431, 501 or 505.</summary>
    public static int StatusOf(HttpError error) => error switch
    {
        HttpError.TargetTooLong => 414,
        HttpError.HeadTooLarge or HttpError.TooManyFields or HttpError.TrailersTooLarge => 431,
        HttpError.UnknownCoding or HttpError.Connect or HttpError.NoForwardsLeft => 501,
        HttpError.Version => 505,
        _ => 400,
    };
}
