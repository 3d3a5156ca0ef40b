(ns lunch.places
  (:import (java.time LocalDate)))

(def places ["the canteen" "noodles at the corner" "soup kitchen" "market stall"])

(defn today []
  (nth places (mod (.getDayOfYear (LocalDate/now)) (count places))))
