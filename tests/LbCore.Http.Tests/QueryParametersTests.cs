using System.Text;
using NUnit.Framework;

namespace LbCore.Http.Tests;

/// <summary>Which value a query has for a name.</summary>
[TestFixture]
[Parallelizable(ParallelScope.All)]
internal sealed class QueryParametersTests
{
    [TestCase("id=1&b=2", "1", TestName = "The_first_parameter_is_found")]
    [TestCase("?b=2&id=1", "1", TestName = "The_last_parameter_is_found")]
    [TestCase("id=1&id=2", "1", TestName = "Of_several_the_first_is_found")]
    [TestCase("b&id&c", "", TestName = "A_parameter_without_an_equals_sign_has_an_empty_value")]
    [TestCase("id=&id=2", "", TestName = "An_empty_value_is_a_value")]
    [TestCase("id=a%20b+c=d", "a%20b+c=d", TestName = "Nothing_is_decoded")]
    [TestCase("b=1;id=2", null, TestName = "A_semicolon_does_not_separate")]
    [TestCase("xid=1&idx=2&ID=3&b=id=4", null, TestName = "Similar_names_are_others")]
    [TestCase("??id=1", null, TestName = "A_second_question_mark_is_part_of_a_name")]
    [TestCase("&&&", null, TestName = "Ampersands_alone_are_no_parameters")]
    [TestCase("?", null, TestName = "A_question_mark_alone_is_no_parameter")]
    [TestCase("", null, TestName = "No_query_has_no_parameter")]
    public void Found(string query, string? value)
    {
        Assert.That(QueryParameters.TryFind(Parsed.Bytes(query), "id"u8, out var found), Is.EqualTo(value is not null));
        Assert.That(Encoding.Latin1.GetString(found), Is.EqualTo(value ?? string.Empty));
    }
}
