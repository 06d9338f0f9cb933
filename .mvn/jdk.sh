# Finds the JDK that builds and runs this project; sourced by ./mvnw and ./cutover.
#
# Keeps the current JAVA_HOME, or the java on the PATH, if that is a JDK of 21 or newer. Otherwise
# takes the newest one installed in the usual places. Sets JAVA_HOME and puts its bin first on the
# PATH, so that Maven, its forks and our own processes agree. Reads each JDK's "release" file and
# starts no JVM: this costs milliseconds.
#
# CUTOVER_JDK_DIRS  the JDK folders to look at instead of the usual places, separated by blanks;
#                   patterns are expanded
#
# POSIX sh. Ends the calling script with status 3 when no JDK fits.

cutover_jdk_least=21

# Prints the version of the JDK in folder $1 as one number that grows with the version; its major
# is that number / 1000000. Prints nothing where there is no JDK (a JRE cannot build).
cutover_jdk_rank() {
    [ -r "$1/release" ] && [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || return 0
    while IFS= read -r cutover_jdk_line || [ -n "$cutover_jdk_line" ]; do
        case $cutover_jdk_line in
            JAVA_VERSION=*)
                cutover_jdk_line=${cutover_jdk_line#JAVA_VERSION=}
                cutover_jdk_line=${cutover_jdk_line#\"}
                cutover_jdk_line=${cutover_jdk_line%%[!0-9.]*}
                case $cutover_jdk_line in
                    [0-9]*) ;;
                    *) return 0 ;;
                esac
                cutover_jdk_rest=$cutover_jdk_line.0.0.
                cutover_jdk_major=${cutover_jdk_rest%%.*}
                cutover_jdk_rest=${cutover_jdk_rest#*.}
                cutover_jdk_minor=${cutover_jdk_rest%%.*}
                cutover_jdk_rest=${cutover_jdk_rest#*.}
                cutover_jdk_patch=${cutover_jdk_rest%%.*}
                echo $((${cutover_jdk_major:-0} * 1000000 + ${cutover_jdk_minor:-0} * 1000 + ${cutover_jdk_patch:-0}))
                return 0
                ;;
        esac
    done <"$1/release"
}

# True if folder $1 holds a JDK that is new enough.
cutover_jdk_fits() {
    cutover_jdk_rank=$(cutover_jdk_rank "$1")
    [ "${cutover_jdk_rank:-0}" -ge $((cutover_jdk_least * 1000000)) ]
}

cutover_jdk_home=
if [ -n "${JAVA_HOME-}" ]; then
    cutover_jdk_now=$JAVA_HOME
else
    cutover_jdk_now=$(command -v java || true)
    if [ -n "$cutover_jdk_now" ]; then
        cutover_jdk_now=$(readlink -f "$cutover_jdk_now" || true)
        cutover_jdk_now=${cutover_jdk_now%/bin/java}
    fi
fi

if [ -n "$cutover_jdk_now" ] && cutover_jdk_fits "$cutover_jdk_now"; then
    cutover_jdk_home=$cutover_jdk_now
else
    cutover_jdk_best=0
    # Unquoted on purpose: these are patterns.
    for cutover_jdk_dir in ${CUTOVER_JDK_DIRS-/usr/lib/jvm/* /opt/java/* /opt/jdk* "${HOME-}"/.sdkman/candidates/java/* "${HOME-}"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home}; do
        if cutover_jdk_fits "$cutover_jdk_dir" && [ "$cutover_jdk_rank" -gt "$cutover_jdk_best" ]; then
            cutover_jdk_best=$cutover_jdk_rank
            cutover_jdk_home=$cutover_jdk_dir
        fi
    done
fi

if [ -z "$cutover_jdk_home" ]; then
    echo "cutover needs a JDK of $cutover_jdk_least or newer and found none (looked at ${cutover_jdk_now:-no java on the PATH} and the usual folders); install one, e.g. Temurin 25 from https://adoptium.net, or set JAVA_HOME to one." >&2
    exit 3
fi

JAVA_HOME=$cutover_jdk_home
PATH=$JAVA_HOME/bin:$PATH
export JAVA_HOME PATH
