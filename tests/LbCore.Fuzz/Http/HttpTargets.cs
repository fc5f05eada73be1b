namespace LbCore.Fuzz.Http;

/// <summary>The targets that a fuzzer can run.</summary>
internal static class HttpTargets
{
    public static BytesTarget[] All { get; } =
    [
        new HeadTarget(isRequest: true), new HeadTarget(isRequest: false), new ChunkedTarget(), new PipelineTarget(),
        new ResponsePipelineTarget(), new HeadWriterTarget(), new PathTarget(),
        new CookieTarget(), new ClientAddressTarget(), new QueryTarget(),
    ];
}
