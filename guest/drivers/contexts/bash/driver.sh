# Runs cells in bash: pieces of code that come one after the other and share one shell.
#
# It is the start-up file of a shell that is interactive, because only that comes back to its next line, with all that
# it knows, when it is interrupted. Its standard input are the lines that the guest writes for each cell (package
# kernel has them); the cell itself comes through a descriptor of its own, and another takes what is told of it.
#
# What has a name here begins with _isol8_. What the code may have set is not relied on: builtins are called as such, and
# options are put aside where they would matter.

set +o history +o histexpand +o monitor
PS1='' PS2=''
unset -v HISTFILE MAILCHECK PROMPT_COMMAND

# Out of the way of the descriptors that code uses by number. They are closed for the code itself.
exec 61<"$1/orders" 62>"$1/said"
set --

# Takes the next cell and makes what holds for it alone. The locale makes sizes those of bytes.
_isol8_next() {
  local - LC_ALL=C number directory count code_size input_size name variable
  set +eux
  IFS= builtin read -r -N 8 -u 61 name || builtin exit 1
  for name in _isol8_token number directory count code_size input_size; do
    IFS= builtin read -r -d '' -u 61 "$name" || builtin exit 1
  done
  _isol8_names=() _isol8_before=() _isol8_left=''
  for ((; count > 0; count--)); do
    IFS= builtin read -r -d '' -u 61 variable || builtin exit 1
    _isol8_set "${variable%%=*}" "${variable#*=}"
  done
  _isol8_code='' _isol8_input=/dev/null
  ((code_size == 0)) || IFS= builtin read -r -N "$code_size" -u 61 _isol8_code || builtin exit 1
  ((input_size == 0)) || _isol8_keep "$input_size"
  if [[ -n "$directory" ]]; then
    _isol8_left="$PWD"
    builtin cd -- "$directory" || _isol8_code='builtin return 1'
  fi
  _isol8_code="$_isol8_trace$_isol8_code"
  _isol8_open=1
  builtin printf 's%08x%s\0' $((${#_isol8_token} + 1)) "$_isol8_token" >&62
}

# Ends the cell with its status. It is told so again where an interrupt came in between.
_isol8_done() {
  # A subshell that was interrupted while it was made may come here, too.
  ((BASHPID == $$)) || builtin exit 130
  ((_isol8_open)) || builtin return 0
  # Tracing goes on in the next cell, and not here.
  _isol8_trace=''
  [[ $- != *x* ]] || _isol8_trace='set -x; '
  set +x
  local - i name
  set +eu
  for ((i = ${#_isol8_names[@]} - 1; i >= 0; i--)); do
    name="${_isol8_names[i]}"
    case "${_isol8_before[i]}" in
      unset) builtin unset -v "$name" ;;
      x*) builtin export "$name=${_isol8_before[i]:1}" ;;
      *) builtin declare -g "$name=${_isol8_before[i]:1}" && builtin export -n "$name" ;;
    esac
  done
  [[ "$_isol8_input" == /dev/null ]] || builtin command -p rm -f -- "$_isol8_input"
  [[ -z "$_isol8_left" ]] || builtin cd -- "$_isol8_left"
  # To say it and to know that it was said is one command, which no interrupt comes between.
  builtin printf 'x%08x%s\0%s\0%s\0' $((${#_isol8_token} + ${#1} + 4)) "$_isol8_token" "$1" $((_isol8_open = 0)) >&62
}

# Sets a variable for the cell and notes what it was.
_isol8_set() {
  [[ "$1" =~ ^[A-Za-z_][A-Za-z0-9_]*$ ]] || return 0
  local before=unset
  if [[ -v "$1" ]]; then
    [[ "${!1@a}" == *x* ]] && before=x || before=-
    before+="${!1}"
  fi
  _isol8_names+=("$1") _isol8_before+=("$before")
  builtin export "$1=$2"
}

# Keeps standard input in a file: a variable cannot hold every byte.
_isol8_keep() {
  _isol8_input="/tmp/.isol8-$$-$RANDOM$RANDOM"
  (set -o noclobber; builtin command -p head -c "$1" <&61 >"$_isol8_input")
}

_isol8_trace='' _isol8_open=0
builtin printf r00000000 >&62
