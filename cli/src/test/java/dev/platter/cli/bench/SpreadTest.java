package dev.platter.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SpreadTest {
    @Test
    void theMedianOfAnOddCountIsTheMiddleOne() {
        assertThat(Spread.of(5, 1, 100)).isEqualTo(new Spread(5, 1, 100));
    }

    @Test
    void theMedianOfAnEvenCountIsTheMeanOfTheMiddleTwo() {
        assertThat(Spread.of(4, 1, 2, 100)).isEqualTo(new Spread(3, 1, 100));
    }

    @Test
    void whatIsNoNumberDoesNotCount() {
        assertThat(Spread.of(Double.NaN, 2, Double.POSITIVE_INFINITY))
                .isEqualTo(new Spread(2, 2, 2));
        assertThat(Spread.of(Double.NaN).known()).isFalse();
        assertThat(Spread.of().known()).isFalse();
    }

    @Test
    void aRatioIsTakenRoundByRound() {
        // The machine was three times slower in the second round: for both alike.
        double[] ours = {300, 100, 330};
        double[] theirs = {200, 66, 300};
        Spread ratio = Spread.ofRatios(ours, theirs);
        assertThat(ratio.median()).isEqualTo(1.5);
        assertThat(ratio.min()).isEqualTo(1.1);
        assertThat(ratio.max()).isEqualTo(100 / 66.0);
    }

    @Property
    void atLeastHalfOfTheValuesAreOnEachSideOfTheMedian(
            @ForAll @Size(min = 1, max = 40) double @DoubleRange(min = -1e6, max = 1e6) [] values) {
        Spread spread = Spread.of(values);
        long below = Arrays.stream(values).filter(v -> v <= spread.median()).count();
        long above = Arrays.stream(values).filter(v -> v >= spread.median()).count();
        assertThat(2 * below).isGreaterThanOrEqualTo(values.length);
        assertThat(2 * above).isGreaterThanOrEqualTo(values.length);
        assertThat(spread.min()).isLessThanOrEqualTo(spread.median());
        assertThat(spread.max()).isGreaterThanOrEqualTo(spread.median());
    }
}
