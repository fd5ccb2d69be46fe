# The command among the words before the cursor, in REPLY.
_trawl_find_command()
{
    local i word
    for ((i = 1; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $word != -* ]]; then
            REPLY=$word
            return
        fi
        _trawl_follows '' "$word"
        [[ ${COMP_WORDS[i + 1]} = '=' ]] && ((i++))
        [[ $REPLY = none ]] || ((i++))
    done
    REPLY=
}

_trawl()
{
    local REPLY KIND command
    local cur=${COMP_WORDS[COMP_CWORD]} at=$((COMP_CWORD - 1))
    local prev=${COMP_WORDS[at]}

    _trawl_find_command
    command=$REPLY
    # --format=csv is three words here.
    if [[ $cur = '=' ]]; then
        cur=
    elif [[ $prev = '=' ]]; then
        prev=${COMP_WORDS[at - 1]}
    fi
    _trawl_follows "$command" "$prev"
    if [[ $prev = -* && $REPLY != none ]]; then
        _trawl_offer "${REPLY%% *}" "$cur" "${REPLY#* }"
        return
    fi
    _trawl_command "$command"
    if [[ $cur = -* || $KIND = none || $KIND = text ]]; then
        _trawl_offer words "$cur" "$REPLY"
    else
        _trawl_offer "$KIND" "$cur" ''
    fi
}

complete -F _trawl trawl
