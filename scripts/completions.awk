# completions.awk - rows of `trawl help --complete` to a completion script. The
# columns are kind, words, what follows, help; cli/wordlist.h describes them.

# One word between quotes of a shell.
function quoted(s) {
    gsub(/'/, "'\\''", s)
    return "'" s "'"
}

# Words of an array as one quoted list.
function list(words) {
    return quoted(substr(words, 2))
}

{
    n = split($2, word, " ")
    last = word[n]
    owner = n > 1 ? word[1] : ""
}
$1 == "command" {
    commands[++n_commands] = last
    takes[last] = $3
    says[last] = $4
}
$1 == "option" {
    key = owner " " last
    options[owner] = options[owner] " " last
    order[owner, ++n_options[owner]] = key
    follows[key] = $3
    helps[key] = $4
}
$1 == "value" {
    key = word[n - 2 > 0 ? n - 2 : 1] " " word[n - 1]
    if (n == 2)
        key = " " word[1]
    values[key] = values[key] " " last
}
$1 == "topic" && !(last in known) {
    known[last] = 1
    topics = topics " " last
}

END {
    if (n_commands == 0)
        exit 1
    if (shell == "zsh")
        zsh()
    else
        bash()
}

function bash_options(owner, i, key) {
    for (i = 1; i <= n_options[owner]; i++) {
        key = order[owner, i]
        if (follows[key] == "none")
            continue
        print "        " quoted(key) ") REPLY=" quoted(follows[key] values[key]) " ;;"
    }
}

function bash(i, all) {
    for (i = 1; i <= n_commands; i++)
        all = all " " commands[i]
    print "# bash completion for trawl, made from `trawl help --complete`."
    print ""
    print "# What follows an option ($1 a command or nothing, $2 the option), in REPLY."
    print "_trawl_follows()\n{"
    print "    case \"$1 $2\" in"
    for (i = 1; i <= n_commands; i++)
        bash_options(commands[i])
    print "        *)\n            case \" $2\" in"
    bash_options("")
    print "        *) REPLY=none ;;\n            esac ;;\n    esac\n}\n"
    print "# Options and what else a command takes, in REPLY and KIND."
    print "_trawl_command()\n{"
    print "    case $1 in"
    for (i = 1; i <= n_commands; i++)
        print "        " commands[i] ") KIND=" takes[commands[i]] " REPLY=" list(options[commands[i]]) " ;;"
    print "        *) KIND=command REPLY= ;;\n    esac"
    print "    REPLY=\"$REPLY \"" list(options[""]) "\n}\n"
    print "# Sets COMPREPLY to what of kind $1 begins with $2; $3 are words."
    print "_trawl_offer()\n{"
    print "    local IFS=$' \\t\\n' words=$3 line"
    print "    COMPREPLY=()"
    print "    case $1 in"
    print "        command) words=" list(all) " ;;"
    print "        topic) words=" list(topics) " ;;"
    print "        file | dir)"
    print "            compopt -o filenames -o default 2>/dev/null"
    print "            [[ $1 = dir ]] && words=-d || words=-f"
    print "            while IFS= read -r line; do"
    print "                COMPREPLY+=(\"$line\")"
    print "            done < <(compgen \"$words\" -- \"$2\")"
    print "            return ;;"
    print "    esac"
    print "    COMPREPLY=($(compgen -W \"$words\" -- \"$2\"))\n}"
}

# [ ] : have a meaning of their own in the help of an option.
function zsh_help(s) {
    gsub(/\\/, "\\\\", s)
    gsub(/\[/, "\\[", s)
    gsub(/\]/, "\\]", s)
    gsub(/:/, "\\:", s)
    return s
}

function zsh_action(what, key) {
    if (what == "file")
        return ":file:_files"
    if (what == "dir")
        return ":folder:_files -/"
    if (what == "topic")
        return ":topic:(" substr(topics, 2) ")"
    if (what == "value")
        return ":value:(" substr(values[key], 2) ")"
    return what == "text" ? ":text: " : ""
}

function zsh_options(owner, i, key, name) {
    for (i = 1; i <= n_options[owner]; i++) {
        key = order[owner, i]
        name = key
        sub(/^.* /, "", name)
        if (follows[key] != "none")
            name = name (name ~ /^--/ ? "=" : "+")
        print "        " quoted(name "[" zsh_help(helps[key]) "]" zsh_action(follows[key], key))
    }
}

function zsh(i, c) {
    print "#compdef trawl"
    print "# zsh completion for trawl, made from `trawl help --complete`.\n"
    print "_trawl() {"
    print "    local context state state_descr line ret=1"
    print "    typeset -A opt_args"
    print "    local -a all commands options"
    print "    all=("
    zsh_options("")
    print "    )\n    commands=("
    for (i = 1; i <= n_commands; i++)
        print "        " quoted(commands[i] ":" says[commands[i]])
    print "    )"
    print "    _arguments -C -S $all '1: :->command' '*:: :->words' && ret=0"
    print "    [[ $state = command ]] && _describe command commands && ret=0"
    print "    [[ $state = words ]] || return ret"
    print "    case $words[1] in"
    for (i = 1; i <= n_commands; i++) {
        c = commands[i]
        print "    " c ")\n        options=("
        zsh_options(c)
        if (takes[c] != "none")
            print "        " quoted("*" zsh_action(takes[c]))
        print "        ) ;;"
    }
    print "    esac"
    print "    _arguments -S $all $options && ret=0"
    print "    return ret\n}\n"
    print "_trawl \"$@\""
}
