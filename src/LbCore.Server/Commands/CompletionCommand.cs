using System.CommandLine;
using System.Linq;
using System.Threading.Tasks;

namespace LbCore.Server.Commands;

/// <summary><c>lbcore completion</c>: prints what makes a shell complete commands and options. The shell asks the program itself, so the script never goes stale.</summary>
internal static class CompletionCommand
{
    public const string Example = "source <(lbcore completion bash)";

    // Only what lies before the cursor is asked about, and without the program's own name, which may be a path. What is
    // not for us, such as a file's name, is left to the shell.
    private const string Bash =
        """
        _lbcore() {
            local line=${COMP_LINE:0:COMP_POINT} word=${COMP_WORDS[COMP_CWORD]} IFS=$'\n'
            local typed=${line#*[[:space:]]}
            COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:${#typed}]" "$typed" 2>/dev/null)" -- "$word"))
        }
        complete -o default -F _lbcore lbcore

        """;

    private const string Zsh =
        """
        #compdef lbcore
        _lbcore() {
            local typed="${(j: :)words[2,CURRENT]}"
            local -a found
            found=("${(@f)$("${words[1]}" "[suggest:${#typed}]" "$typed" 2>/dev/null)}")
            if [[ -n "${found[1]}" ]]; then
                compadd -a found
            else
                _files
            fi
        }
        if [[ "${funcstack[1]}" = _lbcore ]]; then
            _lbcore "$@"
        else
            compdef _lbcore lbcore
        fi

        """;

    private const string Fish =
        """
        function __lbcore_complete
            set -l words (commandline -opc) (commandline -ct)
            set -l typed (string join ' ' -- $words[2..-1])
            set -l found ($words[1] "[suggest:"(string length -- "$typed")"]" "$typed" 2>/dev/null)
            if test -n "$found"
                string join \n -- $found
            else
                __fish_complete_path (commandline -ct)
            end
        end
        complete -c lbcore -f -a '(__lbcore_complete)'

        """;

    public static Command Create()
    {
        var command = new Command("completion", "Print what makes a shell complete commands and options.") { TreatUnmatchedTokensAsErrors = false };
        command.Add(BareCommand.Create("bash", "For bash: source <(lbcore completion bash)", static () => Bash, "lbcore completion bash"));
        command.Add(BareCommand.Create("zsh", "For zsh: source <(lbcore completion zsh), after compinit", static () => Zsh, "lbcore completion zsh"));
        command.Add(BareCommand.Create("fish", "For fish: lbcore completion fish | source", static () => Fish, "lbcore completion fish"));
        command.SetAction(parsed => NoShellAsync(parsed, command));
        return command;
    }

    private static Task<int> NoShellAsync(ParseResult parsed, Command command)
    {
        var shells = command.Subcommands.Select(static shell => shell.Name).ToList();
        var error = parsed.UnmatchedTokens is [var first, ..]
            ? $"'{first}' is no shell that is known here; {Choice.Of(shells)}{Choice.Meant(first, shells)}"
            : $"the shell is missing; {Choice.Of([.. shells.Select(shell => $"lbcore completion {shell}")])}";
        return UsageErrors.WriteAsync([error], "lbcore completion --help");
    }
}
