namespace LbCore.Http;

/// <summary>What the body of an error answer is written in.</summary>
internal enum AnswerFormat : byte
{
    Plain,
    Html,
    Json,
}
