# go.sh NAME CORE NB
cd /work/rec/$1
export PYTHONPATH=/work/rec/$1 COURSE_PROFILE=cpu COURSE_DATA_DIR=/work/shared/data COURSE_CACHE_DIR=/tmp/w/cache COURSE_RUNS_DIR=/tmp/w/runs-$1
exec taskset -c $2 /work/main/.venv/bin/course --project /work/rec/$1 record $3 > /tmp/w/rec$3-$1.log 2>&1
